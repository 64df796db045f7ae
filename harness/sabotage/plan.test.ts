import { expect, test } from 'vitest';
import type { Row } from '../../catalogue/index.ts';
import type { RunPlan, ScenarioBody } from '../../contract/index.ts';
import { kill, inRun, safeguardOff } from '../../index.ts';
import { TOY_BODY } from '../testing/execute-toy.ts';
import { plannedSabotage } from './plan.ts';

const line = { behaviour: 'x', within: { text: '1s', ms: 1000 }, from: 'cleared' } as const;
const row = {
  sabotage: [
    { disable: 'one', expect: { part: 'mitigation', index: 1 } },
    { disable: 'two', expect: { part: 'invariant', name: 'single-holder' } },
  ],
  mitigation: [
    { ...line, from: 'injection' },
    { ...line, from: 'injection' },
  ],
  recovery: [line, line],
} as unknown as Row;

const run = (judges: RunPlan['judges'] = {}): RunPlan => ({ ...kill('cache').for(1000), judges });
const body: ScenarioBody = {
  ...TOY_BODY,
  runs: {
    A: run({ detection: 'silent', mitigation: [0], recovery: [0] }),
    B: run({ mitigation: [1], recovery: [0, 1] }),
  },
  sabotage: { 0: safeguardOff('a'), 1: inRun('B', safeguardOff('b')) },
};

test('each sabotage is shown in a run that judges what must turn red, and mutations in as many as it takes', () => {
  const planned = plannedSabotage(row, body).map(({ run: name, sabotage }) => [name, ...Object.values(sabotage)]);
  expect(planned).toEqual([
    ['B', 0],
    ['B', 1],
    ['A', 'no-fault'],
    ['B', 'mute-alert'],
    ['A', 'no-heal'],
    ['B', 'no-heal'],
    ['A', 'plant'],
  ]);
});

test("a run that was asked for shows what it judges itself, and no line that is another one's", () => {
  const planned = (only: string) =>
    plannedSabotage(row, body, only).map(({ run: name, sabotage }) => [name, ...Object.values(sabotage)]);
  expect(planned('A').filter(([, what]) => typeof what === 'number')).toEqual([]);
  expect(planned('B').filter(([, what]) => typeof what === 'number')).toEqual([
    ['B', 0],
    ['B', 1],
  ]);
  expect(new Set(planned('A').map(([name]) => name))).toEqual(new Set(['A']));
});
