import { expect, test } from 'vitest';
import type { SabotageOutcome } from './outcome.ts';
import { sabotageText } from './text.ts';

const outcome = (red: boolean): SabotageOutcome => ({
  id: 'TOY-01',
  run: 'A',
  seed: 1,
  name: 'sabotage[0]',
  title: 'the fallback',
  isMutation: false,
  expected: ['mitigation[0]'],
  red,
  seen: 'pass',
  others: [],
});

test.each([
  [[outcome(true)], 1, 'every assertion named turned red'],
  [[outcome(true), outcome(false)], 2, '1 did not turn red'],
  [[], 1, '1 came to no verdict'],
  [[outcome(false)], 2, '1 did not turn red, 1 came to no verdict'],
])('of %j, %d planned, the last line says what is missing', (outcomes, planned, end) => {
  expect(sabotageText(outcomes, planned, 'runs/x').trim().split('\n').at(-1)).toMatch(new RegExp(`^${end} +runs/x$`));
});
