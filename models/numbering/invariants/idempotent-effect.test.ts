import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../contract/index.ts';
import { invariant } from './idempotent-effect.ts';
import { evidence, operation, reservation, reserved, said } from './testing.ts';

const HOUR = 3_600_000;
const first = reserved(0, 'a', 'r1');
/** The first call again, with what is different. */
const again = (at: number, parts: { input?: object; result?: object; outcome?: Operation['outcome'] }): Operation => ({
  ...reserved(at, 'a', 'r1'),
  input: { ...first.input, ...parts.input },
  result: { ...first.result, ...parts.result },
  outcome: parts.outcome ?? 'ok',
});
const step = (at: number, byMs: number): Operation => operation('step-clocks', at, { input: { byMs } });
const otherPayload = { input: { value: '+93700000002' } };
const otherEffect = { result: { reservationId: 'r2' } };

describe('accepts', () => {
  test.each([
    ['a repeat that gets the stored answer', [first, again(1000, { result: { replayed: true } })]],
    ['another payload that is refused', [first, again(1000, { ...otherPayload, outcome: 'fail' })]],
    ['another payload of which nobody knows', [first, again(1000, { ...otherPayload, outcome: 'info' })]],
    ['another payload after 25 h', [first, step(500, 25 * HOUR), again(1000, { ...otherPayload, ...otherEffect })]],
    [
      'another payload with another key',
      [first, again(1000, { input: { value: '+93700000002', idempotencyKey: 'k2' }, ...otherEffect })],
    ],
  ])('%s', (_, operations) => {
    expect(said(invariant.check(evidence(operations)))).toEqual([]);
  });
});

describe('rejects', () => {
  test.each([
    ['another payload that gets the first answer', [first, again(1000, otherPayload)], 'both payloads'],
    ['another payload that is carried out', [first, again(1000, { ...otherPayload, ...otherEffect })], 'both payloads'],
    [
      'another payload after 23 h',
      [first, step(500, 23 * HOUR), again(1000, { ...otherPayload, ...otherEffect })],
      'both payloads',
    ],
    [
      'another payload after 25 h forward and 2 h back',
      [first, step(100, 25 * HOUR), step(200, -2 * HOUR), again(1000, { ...otherPayload, ...otherEffect })],
      'both payloads',
    ],
    ['a repeat with an effect of its own', [first, again(1000, otherEffect)], 'two effects'],
  ])('%s', (_, operations, what) => {
    expect(said(invariant.check(evidence(operations)))).toEqual([expect.stringContaining(what)]);
  });

  test('a refused call that was carried out', () => {
    const refused = { ...first, outcome: 'fail', error: 'IDEMPOTENCY_CONFLICT' } as const;
    expect(said(invariant.check(evidence([refused], { reservations: [reservation('r1', 0, 'ACTIVE')] })))).toEqual([
      '1 reservations of MSISDN:+93700000001 for a, but its calls account for 0',
    ]);
  });
});

test('says how many keys came twice, and finds a planted violation', () => {
  expect(invariant.check(evidence([first])).examined).toBe(0);
  const good = evidence([first, again(1000, { result: { replayed: true } })]);
  expect(invariant.check(good)).toEqual({ examined: 1, violations: [] });
  expect(invariant.check(invariant.plant(good)).violations.length).toBeGreaterThan(0);
});
