import { expect, test } from 'vitest';
import type { Explored, Operation } from '../../../contract/index.ts';
import { operation, released, reserved, wall } from '../invariants/testing.ts';
import { alpha } from './alpha.ts';
import { keys } from './keys.ts';
import { limits } from './limits.ts';
import { messages } from './messages.ts';
import { portal } from './portal.ts';
import { explored, fault, refusal, verdict } from './testing.ts';
import { transitions } from './transitions.ts';
import { validations } from './validations.ts';

const NUMBER = { kind: 'MSISDN', value: '+93700000001' };
const other = (n: number): { kind: string; value: string } => ({ kind: 'MSISDN', value: `+9370000001${n}` });

/** The n-th reservation of the tenant, of a number of its own, 100 ms after the last one. */
const nth = (n: number, tenantId = 'a', parts: Partial<Operation> = {}): Operation => {
  const key = { ...other(n), reservationId: `${tenantId}-${n}` };
  return reserved(n * 100, tenantId, key.reservationId, {
    input: { tenantId, ...other(n), ttlMs: 60_000, idempotencyKey: `key-${tenantId}-${n}` },
    result: { ...key, version: 2 },
    ...parts,
  });
};
const leased = (n: number, tenantId = 'a', parts: Partial<Operation> = {}): Operation =>
  operation('assign', n * 100, {
    input: { tenantId, ...other(n), idempotencyKey: `lease-${tenantId}-${n}` },
    result: { ...other(n), leaseId: `${tenantId}-${n}`, version: 3 },
    ...parts,
  });

test.each([
  ['as many reservations as the quota has', [nth(0), nth(1)], []],
  ['a refusal of who has come to its quota', [nth(0), nth(1), nth(2, 'a', refusal('RESERVATION_QUOTA'))], []],
  [
    'a refusal of who has come to its leases',
    [leased(0), leased(1), leased(2), leased(3, 'a', refusal('LEASE_QUOTA'))],
    [],
  ],
  [
    'a refusal of who has called so often',
    [0, 1, 2, 3].map((n) => nth(n, 'a', refusal('CONFLICT'))).concat(nth(4, 'a', refusal('RATE_LIMITED'))),
    [],
  ],
  ['one reservation too many', [nth(0), nth(1), nth(2)], ['answers:quota-held']],
  [
    'a refusal before the quota',
    [nth(0), nth(1, 'a', refusal('RESERVATION_QUOTA'))],
    ['answers:refused-within-limits', 'answers:places-given-back'],
  ],
  [
    'a refusal before the leases are all there',
    [leased(0), leased(1), leased(2, 'a', refusal('LEASE_QUOTA'))],
    ['answers:refused-within-limits', 'answers:places-given-back'],
  ],
  [
    'a refusal by calls of another',
    [nth(0, 'b'), nth(1, 'b'), nth(2, 'a', refusal('RATE_LIMITED'))],
    ['answers:refused-within-limits'],
  ],
  [
    'a refusal while another call of its own is under way',
    [
      nth(0),
      released(50, 'a', 'a-0'),
      nth(1),
      nth(2, 'a', { completedAt: 900 }),
      nth(3, 'a', refusal('RESERVATION_QUOTA')),
    ],
    [],
  ],
  [
    'a refusal for what was given back',
    [nth(0), released(50, 'a', 'a-0'), nth(1), nth(2, 'a', refusal('RESERVATION_QUOTA'))],
    ['answers:places-given-back'],
  ],
  [
    'a refusal for a call that failed',
    [leased(0), leased(1), leased(2, 'a', refusal('CONFLICT')), leased(3, 'a', refusal('LEASE_QUOTA'))],
    ['answers:places-given-back'],
  ],
  [
    'a call too many in the window',
    [0, 1, 2, 3, 4].map((n) => nth(n, 'a', refusal('CONFLICT'))),
    ['answers:rate-held'],
  ],
] as const)('limits: %s', (_, operations, expected) => {
  expect(verdict(limits, explored(operations, { topology: 'core+limits' }))).toEqual(expected);
});

test('limits: where services count apart more may have been let through, and elsewhere other limits hold', () => {
  const three = [nth(0), nth(1), nth(2)];
  const broken = (at: number, ...targets: readonly string[]): Explored => ({
    ...explored(three, { topology: 'core+limits' }),
    faults: [fault(at, ...targets)],
  });
  expect(verdict(limits, broken(150, 'numbering-service-1', 'redis'))).toEqual([]);
  expect(verdict(limits, broken(5000, 'numbering-service-1', 'redis'))).toEqual(['answers:quota-held']);
  expect(verdict(limits, broken(150, 'postgres'))).toEqual(['answers:quota-held']);
  expect(verdict(limits, explored([nth(0), nth(1), nth(2)], {}))).toEqual([]);
});

test('limits: without Redis a quota holds, and a rate may not', () => {
  const judged = (operations: readonly Operation[]): readonly string[] =>
    verdict(limits, { ...explored(operations, { topology: 'core+limits' }), faults: [fault(50, 'redis')] });
  expect(judged([nth(0), nth(1), nth(2)])).toEqual(['answers:quota-held']);
  expect(judged([0, 1, 2, 3, 4].map((n) => nth(n, 'a', refusal('CONFLICT'))))).toEqual([]);
});

test('limits: a refusal that Redis could not be told of may stay counted, and no other', () => {
  const full = [0, 1, 2, 3].map((n) => nth(n, 'a', refusal('CONFLICT')));
  const late = nth(90, 'a', refusal('RATE_LIMITED'));
  const later = [105, 106, 107].map((n) => nth(n, 'a', refusal('CONFLICT')));
  const last = nth(115, 'a', refusal('RATE_LIMITED'));
  const judged = (...faults: Explored['faults']): readonly string[] =>
    verdict(limits, { ...explored([...full, late, ...later, last], { topology: 'core+limits' }), faults });
  const wrong = ['answers:refused-within-limits'];
  expect(judged()).toEqual(wrong);
  expect(judged({ ...fault(8990, 'redis'), healedAt: 9500 })).toEqual([]);
  expect(judged({ ...fault(8000, 'redis'), healedAt: 8500 })).toEqual(wrong);
  expect(judged({ ...fault(8990, 'redis'), healedAt: 9500, skipped: 'not possible' })).toEqual(wrong);
  const cut = fault(8990, 'numbering-service-1', 'postgres');
  expect(judged({ ...cut, planned: { ...cut.planned, kind: 'network.partition' }, healedAt: 9500 })).toEqual(wrong);
});

test.each([
  [8000, []],
  [8001, ['answers:read-age-bound']],
] as const)('limits: a validation by a read %i ms ago', (readAgeMs, expected) => {
  const call = operation('validate', 9000, { input: { tenantId: 'a', ...NUMBER }, result: { ...NUMBER, readAgeMs } });
  expect(verdict(limits, explored([call], { topology: 'core+limits' }))).toEqual(expected);
});

const conflict = (items: readonly object[], candidate: string | null = null): Operation =>
  reserved(500, 'b', 'r2', {
    outcome: 'fail',
    error: 'CONFLICT',
    input: { tenantId: 'b', ...NUMBER, ttlMs: 10_000 },
    result: { pool: { items }, candidate },
  });

test.each([
  ['a pool without what is held', [reserved(0, 'a', 'r1'), conflict([other(3)])], []],
  [
    'what was held until just now',
    [
      reserved(0, 'a', 'r1'),
      operation('release-reservation', 400, { input: { tenantId: 'a', reservationId: 'r1' } }),
      conflict([NUMBER]),
    ],
    [],
  ],
  ['what another holds in the pool', [reserved(0, 'a', 'r1'), conflict([NUMBER])], ['answers:pool-is-fresh']],
  [
    'what another holds as a candidate',
    [reserved(0, 'a', 'r1'), conflict([], NUMBER.value)],
    ['answers:pool-is-fresh'],
  ],
] as const)('the portal after a conflict: %s', (_, operations, expected) => {
  expect(verdict(portal, explored(operations))).toEqual(expected);
});

const sender = (tenantId: string, value: string, parts: Partial<Operation> = {}): Operation =>
  operation('assign', 0, { input: { tenantId, kind: 'ALPHA', value }, result: { kind: 'ALPHA', value }, ...parts });

test.each([
  ['who has proven its right gets it', sender('explorer-0', 'EXPLORER1'), []],
  ['who has not is refused', sender('explorer-2', 'EXPLORER1', refusal('ALPHA_NOT_VERIFIED')), []],
  [
    'who has not gets it by a reservation',
    sender('explorer-2', 'EXPLORER1', { input: { tenantId: 'explorer-2', reservationId: 'r1' } }),
    ['answers:verified-sender'],
  ],
  ['who has not gets it', sender('explorer-2', 'EXPLORER1'), ['answers:verified-sender']],
  ['who has not of that one gets it', sender('explorer-1', 'EXPLORER0'), ['answers:verified-sender']],
  [
    'who has proven its right is refused',
    sender('explorer-0', 'EXPLORER1', refusal('ALPHA_NOT_VERIFIED')),
    ['answers:verified-sender'],
  ],
] as const)('sender ids: %s', (_, call, expected) => {
  expect(verdict(alpha, explored([call]))).toEqual(expected);
});

const send = (at: number): Operation =>
  operation('send', at, { input: { tenantId: 'a', ...NUMBER, messageId: 'm1' }, result: { messageId: 'm1' } });
const lease = (at: number): Operation =>
  operation('assign', at, { input: { tenantId: 'a', ...NUMBER }, result: { ...NUMBER, leaseId: 'l1', version: 3 } });
const told = (at: number, state: string): Operation =>
  operation('message-state', at, { input: { tenantId: 'a', messageId: 'm1' }, result: { messageId: 'm1', state } });
const dispatch = {
  subject: 'sms.dispatch.a.m1',
  body: { messageId: 'm1', tenantId: 'a', from: NUMBER, dispatchedAt: at(600) },
};
const became = (state: string, reason?: string): object => ({
  subject: 'sms.status.a.m1',
  body: { messageId: 'm1', state, at: at(600), ...(reason === undefined ? {} : { reason }) },
});

test.each([
  ['dispatched once', [send(500)], [became('EVALUATING'), dispatch, became('DISPATCHED')], []],
  ['handed over twice', [send(500)], [dispatch, dispatch, became('DISPATCHED')], ['messages:dispatched-once']],
  ['dispatched and dead', [send(500)], [became('DISPATCHED'), became('DEAD_LETTER', 'x')], ['messages:one-end']],
  ['its end is told again', [told(700, 'DISPATCHED'), told(800, 'DISPATCHED')], [], []],
  ['its end is taken back', [told(700, 'DISPATCHED'), told(800, 'EVALUATING')], [], ['messages:end-is-told']],
  ['dead without a lease', [send(500)], [became('DEAD_LETTER', 'lease_not_leased')], []],
  [
    'dead with a lease',
    [lease(0), send(500)],
    [became('DEAD_LETTER', 'lease_not_leased')],
    ['messages:lease-was-valid'],
  ],
  [
    'dead by what was looked up before the lease',
    [operation('validate', 0, { input: { tenantId: 'a', ...NUMBER } }), lease(100), send(500)],
    [became('DEAD_LETTER', 'lease_not_leased')],
    [],
  ],
] as const)('a message: %s', (_, operations, sms, expected) => {
  expect(verdict(messages, explored(operations, {}, { sms } as never))).toEqual(expected);
});

const cut = (targets: readonly string[]): object => ({ at: 0, lastsMs: 1, kind: 'x', targets, options: {} });

test.each([
  ['when its lease stood', 550, [], []],
  ['when its lease was long over', 0, [], ['messages:rests-on-its-read']],
  ['when its lease was long over, by who was paused', 0, ['sms-orchestrator'], []],
])('a message rests on what was read %s', (_, endedAt, targets, expected) => {
  const rested = {
    ...dispatch,
    body: { ...dispatch.body, dispatchedAt: at(700), validation: { leaseId: 'l1', readAgeMs: 100 } },
  };
  const leases = [{ id: 'l1', subject: 'x', tenant_id: 'a', status: 'ENDED', ended_at: wall(endedAt) }];
  const faults = targets.length === 0 ? [] : [cut(targets)];
  const run = explored([], { faults } as never, { sms: [rested], leases });
  expect(verdict(messages, run)).toEqual(expected);
});

const was = (state: string, ms: number): object => ({
  subject: 'sms.status.a.m1',
  body: { messageId: 'm1', state, at: at(ms) },
});
test.each([
  ['until its time is over', 7500, [], []],
  ['for longer', 9000, [cut(['sms-orchestrator', 'numbering-service-1'])], ['messages:held-so-long']],
  ['for longer, by an orchestrator that was killed', 9000, [cut(['sms-orchestrator'])], []],
  ['for longer, and NATS was away', 9000, [cut(['nats-1'])], []],
] as const)('a message is held %s', (_, ms, faults, expected) => {
  const sms = [was('EVALUATING', 0), was('DISPATCHED', ms)];
  expect(verdict(messages, explored([], { faults } as never, { sms } as never))).toEqual(expected);
});

const validated = (at: number, valid: boolean, result: object = {}): Operation =>
  operation('validate', at, {
    input: { tenantId: 'a', ...NUMBER },
    result: { ...NUMBER, valid, source: 'database', ...result },
  });
const ended = (at: number): Operation =>
  operation('release', at, {
    input: { tenantId: 'a', leaseId: 'l1' },
    result: { ...NUMBER, leaseId: 'l1', version: 4 },
  });

const key = (parts: object = {}): object => ({
  tenant_id: 'a',
  key: 'key-r1',
  answered: true,
  lease_id: null,
  reservation_id: 'r1',
  kept_ms: 86_400_000,
  ...parts,
});

test.each([
  ['a success under its key', [key()], []],
  ['a success without one', [], ['answers:kept-under-its-key']],
  ['another answer under it', [key({ reservation_id: 'r9' })], ['answers:kept-under-its-key']],
  ['an answer that is soon forgotten', [key({ kept_ms: 600_000 })], ['answers:kept-under-its-key']],
  [
    'a key that was claimed and never answered',
    [key(), key({ key: 'k2', answered: false })],
    ['answers:key-without-answer'],
  ],
] as const)('keys: %s', (_, rows, expected) => {
  expect(verdict(keys, explored([reserved(0, 'a', 'r1')], {}, { keys: rows } as never))).toEqual(expected);
});

test('keys: a refusal needs none, and where keys were not read nothing is said', () => {
  const refused = reserved(0, 'a', 'r1', { outcome: 'fail', error: 'CONFLICT' });
  expect(verdict(keys, explored([refused], {}, { keys: [] }))).toEqual([]);
  expect(verdict(keys, explored([reserved(0, 'a', 'r1')]))).toEqual([]);
});

/** Changes of one number, from version 2 on. */
const walk = (...steps: readonly (readonly [string, string, string, object?])[]): readonly object[] =>
  steps.map(([action, from, to, detail = {}], i) => ({
    seq: i + 1,
    at: wall(i * 100),
    actor: 'a',
    action,
    subject: 'MSISDN:+93700000001',
    version: i + 2,
    detail: { from, to, tenantId: 'a', ...detail },
  }));
const R1 = { reservationId: 'r1' };
const L1 = { leaseId: 'l1' };
const RESERVED = ['reserved', 'AVAILABLE', 'RESERVED', R1] as const;
const ASSIGNED = ['assigned', 'AVAILABLE', 'ASSIGNED', L1] as const;
const RECALLED = ['recalled', 'ASSIGNED', 'QUARANTINE', L1] as const;
const REINSTATED = ['reinstated', 'QUARANTINE', 'ASSIGNED', L1] as const;
const RESTED = ['quarantine-ended', 'QUARANTINE', 'AVAILABLE'] as const;

test.each([
  [
    'a reservation, its lease, its end',
    walk(RESERVED, ['assigned', 'RESERVED', 'ASSIGNED', { ...R1, ...L1 }], RECALLED),
    [],
  ],
  ['a recall that is taken back', walk(ASSIGNED, RECALLED, REINSTATED, RECALLED, RESTED, RESERVED), []],
  ['a lease that was loaded', walk(['released', 'ASSIGNED', 'QUARANTINE', L1], RESTED), []],
  [
    'taken back after its rest',
    walk(ASSIGNED, RECALLED, RESTED, ['reinstated', 'AVAILABLE', 'ASSIGNED', L1]),
    ['answers:transition'],
  ],
  [
    'released twice',
    walk(ASSIGNED, ['released', 'ASSIGNED', 'QUARANTINE', L1], ['released', 'QUARANTINE', 'QUARANTINE', L1]),
    ['answers:transition'],
  ],
  [
    'the end of another reservation',
    walk(RESERVED, ['reservation-expired', 'RESERVED', 'AVAILABLE', { reservationId: 'r2' }]),
    ['answers:transition'],
  ],
  [
    'another state than it was in',
    walk(RESERVED, ['assigned', 'AVAILABLE', 'ASSIGNED', { ...R1, ...L1 }]),
    ['answers:transition'],
  ],
  [
    'a change that is missing',
    walk(ASSIGNED, RECALLED, REINSTATED).map((row, i) => (i < 2 ? row : { ...row, version: 5 })),
    ['answers:transition'],
  ],
] as const)('the changes of an identifier: %s', (_, audit, expected) => {
  expect(verdict(transitions, explored([], {}, { audit } as never))).toEqual(expected);
});

test.each([
  ['valid after the assign', [lease(0), validated(100, true)], []],
  ['not valid after the release', [lease(0), ended(100), validated(200, false)], []],
  [
    'valid after the release where somebody read meanwhile',
    [lease(0), validated(95, true), ended(100), validated(200, true)],
    [],
  ],
  ['valid while it is released', [lease(0), ended(100), validated(105, true)], []],
  [
    'from the cache, read by the one before',
    [validated(0, false), validated(500, false, { source: 'cache', readAgeMs: 495 })],
    [],
  ],
  ['valid after the release', [lease(0), ended(100), validated(200, true)], ['answers:validation-is-fresh']],
  ['not valid after the assign', [lease(0), validated(100, false)], ['answers:validation-is-fresh']],
  [
    'from the cache, read when nobody asked',
    [validated(0, false), validated(5000, false, { source: 'cache', readAgeMs: 5 })],
    ['answers:read-age'],
  ],
] as const)('a validation: %s', (_, operations, expected) => {
  expect(verdict(validations, explored(operations))).toEqual(expected);
});

test('a validation: what the cache could not be told it may keep', () => {
  const stale = explored([lease(0), ended(100), validated(200, true)]);
  expect(verdict(validations, { ...stale, faults: [fault(50, 'redis')] })).toEqual([]);
  expect(verdict(validations, { ...stale, faults: [fault(50, 'postgres', 'postgres-mzr')] })).toEqual([
    'answers:validation-is-fresh',
  ]);
});

function at(run: number): string {
  return new Date(wall(run)).toISOString();
}
