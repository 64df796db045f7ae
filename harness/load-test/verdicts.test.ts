import { expect, test } from 'vitest';
import type { LoadTestBody } from '../../contract/index.ts';
import type { Measured } from './phase.ts';
import { loadText } from './text.ts';
import { verdictsOf } from './verdicts.ts';

const BODY: LoadTestBody = {
  script: 'a.js',
  service: 'service',
  port: 1,
  callsPerSecond: 100,
  histogram: 'h',
  phases: [
    { title: 'cache', p95Ms: 5 },
    { title: 'database', p95Ms: 15 },
  ],
};
const phase = (title: string, p95: number | undefined, more: Partial<Measured> = {}): Measured => ({
  title,
  pastProxies: false,
  calls: 1000,
  p50: 1,
  p95,
  waiting: 0,
  caller: { p95: 2, crossed: [] },
  ...more,
});

test.each([
  ['both within their limits', phase('cache', 5), phase('database', 15), ['pass', 'pass']],
  ['one over its limit', phase('cache', 1), phase('database', 15.1), ['pass', 'fail']],
  ['a busy machine in a phase', phase('cache', 1), phase('database', 99, { waiting: 0.03 }), ['pass', 'unknown']],
  ['a limit kept on a busy machine', phase('cache', 1), phase('database', 9, { waiting: 0.03 }), ['pass', 'unknown']],
  [
    'a machine too busy without a fault',
    phase('cache', 9, { waiting: 0.03 }),
    phase('database', 1),
    ['unknown', 'unknown'],
  ],
  [
    'a limit kept without a fault on a busy machine',
    phase('cache', 1, { waiting: 0.03 }),
    phase('database', 1),
    ['unknown', 'unknown'],
  ],
  [
    'one over its limit after a calibration on a busy machine',
    phase('cache', 1, { waiting: 0.03 }),
    phase('database', 99),
    ['unknown', 'unknown'],
  ],
  ['a limit not kept without a fault', phase('cache', 9), phase('database', 1), ['fail', 'unknown']],
  ['too few calls', phase('cache', 1), phase('database', 1, { calls: 900 }), ['pass', 'unknown']],
  ['nothing measured', phase('cache', 1), phase('database', undefined), ['pass', 'unknown']],
  [
    'wrong answers',
    phase('cache', 1),
    phase('database', 1, { caller: { p95: 1, crossed: ['checks rate==1'] } }),
    ['pass', 'fail'],
  ],
  [
    'wrong answers on a busy machine',
    phase('cache', 1, { waiting: 0.03 }),
    phase('database', 1, { waiting: 0.03, caller: { p95: 1, crossed: ['checks rate==1'] } }),
    ['unknown', 'fail'],
  ],
])('%s', (_, cache, database, verdicts) => {
  expect(verdictsOf(BODY, [cache, database], 10)).toEqual(verdicts);
});

test("Toxiproxy's share is what a phase takes longer than without it", () => {
  const measured = [phase('cache', 3), phase('cache', 2.5, { pastProxies: true })];
  expect(loadText(BODY, measured, ['pass'])).toContain("Toxiproxy's share of the P95: 0.50 ms");
});
