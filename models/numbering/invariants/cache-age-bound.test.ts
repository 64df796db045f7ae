import { expect, test } from 'vitest';
import type { Operation } from '../../../contract/index.ts';
import { invariant } from './cache-age-bound.ts';
import { change, evidence, operation, said } from './testing.ts';

/** An answer about the fixtures' identifier. */
const validated = (at: number, version: number, readAgeMs: number): Operation =>
  operation('validate', at, { result: { kind: 'MSISDN', value: '+93700000001', valid: true, version, readAgeMs } });

const audit = [change(2, 'assigned', 0), change(3, 'released', 10_000)];

test.each([
  ['an answer of now', [validated(11_000, 3, 0)]],
  ['an answer from before a change, within 60 s of it', [validated(69_000, 2, 59_500)]],
  ['a refusal', [{ ...validated(200_000, 2, 90_000), outcome: 'fail' as const }]],
])('accepts: %s', (_, operations) => {
  expect(said(invariant.check(evidence(operations, { audit })))).toEqual([]);
});

test.each([
  ['a read that is too old by its own word', [validated(20_000, 3, 60_001)], '60001 ms old'],
  ['an answer that does not say how old it is', [validated(20_000, 3, Number.NaN)], 'NaN ms old'],
  [
    'a version that was passed more than 60 s ago',
    [validated(72_000, 2, 100)],
    'gave version 2, 62.0 s after version 3 (released)',
  ],
])('rejects: %s', (_, operations, what) => {
  expect(said(invariant.check(evidence(operations, { audit })))).toEqual([expect.stringContaining(what)]);
});

test('says how many answers it looked at, and finds a planted violation', () => {
  const good = evidence([validated(11_000, 3, 0)], { audit });
  expect(invariant.check(good)).toEqual({ examined: 1, violations: [] });
  expect(invariant.check(invariant.plant(good)).violations).toHaveLength(1);
  expect(invariant.check(evidence([])).examined).toBe(0);
});
