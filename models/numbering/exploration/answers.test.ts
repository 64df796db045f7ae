import { expect, test } from 'vitest';
import type { Operation } from '../../../contract/index.ts';
import { operation, released, reserved } from '../invariants/testing.ts';
import { answers } from './answers.ts';
import { stateAt } from './states.ts';
import { explored, verdict } from './testing.ts';

const NUMBER = { kind: 'MSISDN', value: '+93700000001' };
const FAULT = { at: 0, lastsMs: 1, kind: 'process.kill', targets: ['redis'], options: {} };
const assign = (at: number, parts: Partial<Operation> = {}): Operation =>
  operation('assign', at, {
    input: { tenantId: 'a', reservationId: 'r1' },
    result: { ...NUMBER, leaseId: 'l1', version: 3 },
    ...parts,
  });
const anothers = (parts: Partial<Operation>): Operation =>
  assign(100, { input: { tenantId: 'b', reservationId: 'r1', anothers: true }, ...parts });
const borrowed = (leaseId: string): Operation =>
  assign(200, { input: { tenantId: 'b', kind: 'MSISDN', borrowed: true }, result: { ...NUMBER, leaseId } });
const refusal = (error: string, outcome: Operation['outcome'] = 'fail'): Partial<Operation> => ({
  outcome,
  error,
  result: {},
});
const LAGS: Partial<Operation> = { outcome: 'fail', error: 'CONFLICT', result: { retryAfterMs: 5000 } };
const validated = (tenantId: string): Operation =>
  operation('validate', 500, { input: { tenantId, ...NUMBER }, result: { ...NUMBER, valid: true } });
const repeat = (error: string): Operation => {
  const first = reserved(0, 'a', 'r1');
  return {
    ...first,
    id: 999,
    invokedAt: 500,
    completedAt: 510,
    input: { ...first.input, repeat: true },
    outcome: 'fail',
    error,
  };
};

test.each([
  ['a conflict with a holder', [reserved(0, 'a', 'r1'), reserved(5, 'b', 'r2', refusal('CONFLICT'))]],
  [
    'a conflict with who knows whom',
    [reserved(0, 'a', 'r1', { outcome: 'info', error: 'TimeoutError' }), reserved(5, 'b', 'r2', refusal('CONFLICT'))],
    true,
  ],
  ['UNAVAILABLE under a fault', [reserved(0, 'a', 'r1', refusal('UNAVAILABLE', 'info'))], true],
  [
    'a repeat after the end of what was done in time',
    [reserved(0, 'a', 'r1'), assign(9000), assign(10_020, { result: { ...NUMBER, leaseId: 'l1', replayed: true } })],
  ],
  ['a reservation that is over', [reserved(0, 'a', 'r1'), assign(10_001, refusal('RESERVATION_EXPIRED'))]],
  [
    'a reservation that was given back',
    [reserved(0, 'a', 'r1'), released(50, 'a', 'r1'), assign(100, refusal('RESERVATION_EXPIRED'))],
  ],
  [
    'a lease of which nobody knew whether it was made',
    [assign(0, { ...refusal('UNAVAILABLE', 'info'), input: { tenantId: 'a', ...NUMBER } }), validated('a')],
    true,
  ],
  ['a lease that is valid', [reserved(0, 'a', 'r1'), assign(100), validated('a')]],
  ['a number of his own for who borrows a key', [assign(100), borrowed('l2')]],
  ['a stranger who finds nothing', [reserved(0, 'a', 'r1'), anothers(refusal('NOT_FOUND'))]],
  ['a repeat that meets the rate limit', [reserved(0, 'a', 'r1'), repeat('RATE_LIMITED')]],
] as const)('allows: %s', (_, operations, faulty: boolean = false) => {
  expect(checks(operations, faulty)).toEqual([]);
});

test.each([
  ['over-is-over', [reserved(0, 'a', 'r1'), assign(10_020)]],
  ['known-refusal', [reserved(0, 'a', 'r1', refusal('INTERNAL', 'info'))], true],
  ['unavailable-without-fault', [reserved(0, 'a', 'r1', refusal('UNAVAILABLE', 'info'))]],
  ['refused-without-reason', [reserved(0, 'a', 'r1', refusal('CONFLICT'))]],
  ['reservation-kept', [reserved(0, 'a', 'r1'), assign(500, refusal('RESERVATION_EXPIRED'))]],
  ['reservation-kept', [reserved(0, 'a', 'r1'), assign(500, refusal('CONFLICT'))], true],
  [
    'lease-kept',
    [assign(0), operation('release', 50, { input: { tenantId: 'a', leaseId: 'l1' }, ...refusal('LEASE_NOT_ACTIVE') })],
  ],
  ['key-of-one-payload', [reserved(0, 'a', 'r1'), reserved(50, 'a', 'r1', refusal('IDEMPOTENCY_CONFLICT'))]],
  ['repeat-answered', [reserved(0, 'a', 'r1'), repeat('QUARANTINE_ACTIVE')], true],
  ['valid-for-holder', [assign(0), validated('b')]],
  [
    'valid-for-holder',
    [
      assign(0, { ...refusal('UNAVAILABLE', 'info'), input: { tenantId: 'a', kind: 'MSISDN', value: '+93700000009' } }),
      validated('a'),
    ],
    true,
  ],
  ['key-of-one-tenant', [assign(100), borrowed('l1')]],
  [
    'key-of-one-payload',
    [reserved(0, 'a', 'r1'), reserved(50, 'b', 'r1', { ...refusal('IDEMPOTENCY_CONFLICT') })],
    true,
  ],
  ['not-anothers', [reserved(0, 'a', 'r1'), anothers({})]],
  ['known-refusal', [reserved(0, 'a', 'r1'), anothers(refusal('RESERVATION_EXPIRED'))]],
  ['suspended-by-somebody', [reserved(0, 'a', 'r1'), assign(100, refusal('TENANT_SUSPENDED'))]],
] as const)('refuses: %s', (check, operations, faulty: boolean = false) => {
  expect(checks(operations, faulty)).toContain(`answers:${check}`);
});

test.each([
  ['regions', [FAULT], LAGS, []],
  ['regions', [], LAGS, ['answers:reservation-kept']],
  ['core', [FAULT], LAGS, ['answers:reservation-kept']],
  ['regions', [FAULT], refusal('CONFLICT'), ['answers:reservation-kept']],
] as const)(
  'a conflict that ends by itself is of a second region that lags: %s with faults %j',
  (topology, faults, refused, expected) => {
    const run = explored([reserved(0, 'a', 'r1'), assign(500, refused)], { topology, faults });
    expect(verdict(answers, run)).toEqual(expected);
  },
);

test('the state of the system is what its clients are doing', () => {
  const operations = [reserved(0, 'a', 'r1'), assign(100)];
  expect([-1, 5, 50, 105, 500].map((at) => stateAt(operations, at))).toEqual([
    'idle',
    'reserve under way',
    'reservation pending',
    'assign under way',
    'lease held',
  ]);
});

function checks(operations: readonly Operation[], faulty: boolean): readonly string[] {
  return verdict(answers, explored(operations, faulty ? { faults: [FAULT] } : {}));
}
