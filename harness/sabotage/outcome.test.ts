import { describe, expect, test } from 'vitest';
import type { Row } from '../../catalogue/index.ts';
import type { LineResult, RunResult, Verdict } from '../../contract/index.ts';
import { sabotageOutcome } from './outcome.ts';

const line = (reference: string, verdict: Verdict): LineResult => ({
  reference,
  title: reference,
  verdict,
  expected: '',
  seen: 'seen',
});
const outcome = (...lines: readonly LineResult[]) => {
  const result = { id: 'TOY-01', run: 'A', seed: 1, sabotage: { mutation: 'plant' }, lines } as unknown as RunResult;
  return sabotageOutcome({ sabotage: [], mitigation: [], recovery: [] } as unknown as Row, {}, result);
};
const PLANTED = line('plant:alerts', 'pass');

describe('the mutation plant', () => {
  test('is red when every line turned red for which a violation was planted', () => {
    expect(outcome(line('mitigation[0]', 'pass'), PLANTED)).toMatchObject({ red: true, expected: ['alerts'] });
  });

  test('is red too where a busy machine did not let another line be judged', () => {
    expect(outcome(line('mitigation[0]', 'unknown'), PLANTED).red).toBe(true);
  });

  test.each<[string, readonly LineResult[]]>([
    ['a planted violation was not noticed', [PLANTED, line('plant:impact.never[0]', 'fail')]],
    ['nothing could be planted for a line', [PLANTED, line('plant:impact.never[0]', 'unknown')]],
    ['another line failed', [line('mitigation[0]', 'fail'), PLANTED]],
    ['nothing was planted', [line('mitigation[0]', 'pass')]],
  ])('is green when %s', (_, lines) => {
    expect(outcome(...lines).red).toBe(false);
  });
});
