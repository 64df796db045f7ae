import { expect, test } from 'vitest';
import type { Operation } from '../../../contract/index.ts';
import { ADMINISTRATION } from '../clients/admin-call.ts';
import { change, operation } from '../invariants/testing.ts';
import { files } from './files.ts';
import { recalls } from './recalls.ts';
import { refusals } from './refusals.ts';
import { explored, fault, refusal, verdict } from './testing.ts';

const call = (name: string, parts: Partial<Operation> = {}, at = 0): Operation =>
  operation(name, at, { input: { tenantId: 'a' }, ...parts });

test.each([
  ['with a hint', refusal('UNAVAILABLE', { status: 503, retryAfterMs: 2000 }), []],
  ['that lasts, without one', refusal('CONFLICT', { status: 409 }), []],
  ['of which nobody knows', { outcome: 'info', error: 'ETIMEDOUT' }, []],
  ['without a hint', refusal('UNAVAILABLE', { status: 503 }), ['answers:retry-hint']],
  ['without a hint, by gRPC', refusal('RATE_LIMITED', { grpcStatus: 8 }), ['answers:retry-hint']],
  ['that is an error of the service', refusal('INTERNAL', { status: 500 }), ['answers:nothing-internal']],
  [
    'that names a server',
    refusal('CONFLICT', { status: 409, detail: 'connect to postgres failed' }),
    ['answers:nothing-internal'],
  ],
  [
    'that names a place in the sources',
    refusal('CONFLICT', { status: 409, detail: 'at assign (assign.ts:9:1)' }),
    ['answers:nothing-internal'],
  ],
  ['that names an instant', refusal('CONTRACT_EXPIRED', { status: 409, detail: 'ended at 2026-01-05T08:00:22Z' }), []],
] as const)('a refusal %s', (_, parts, expected) => {
  expect(verdict(refusals, explored([call('reserve', parts as Partial<Operation>)]))).toEqual(expected);
});

test('administrators are told what failed, and no error of the service', () => {
  const told = (parts: Partial<Operation>): readonly string[] =>
    verdict(refusals, explored([call('generate-export', { input: { tenantId: ADMINISTRATION }, ...parts })]));
  const failed = { status: 503, retryAfterMs: 2000, detail: 'put 2026-01.csv: read ECONNRESET' };
  expect(told(refusal('UNAVAILABLE', failed))).toEqual([]);
  expect(told(refusal('INTERNAL', { status: 500 }))).toEqual(['answers:nothing-internal']);
});

test('a validation is answered whatever Redis does, and while PostgreSQL is away it may be refused', () => {
  const refused = explored([call('validate', refusal('UNAVAILABLE', { status: 503, retryAfterMs: 2000 }), 500)]);
  expect(verdict(refusals, { ...refused, faults: [fault(0, 'redis')] })).toEqual(['answers:validated-without-redis']);
  expect(verdict(refusals, { ...refused, faults: [fault(0, 'numbering-service-1', 'redis')] })).toHaveLength(1);
  expect(verdict(refusals, { ...refused, faults: [fault(0, 'redis'), fault(100, 'postgres')] })).toEqual([]);
  const slow = [{ from: 'numbering-service-1', to: 'postgres', latencyMs: 400, jitterMs: 0 }];
  expect(verdict(refusals, { ...refused, case: { ...refused.case, slowLinks: slow } })).toEqual([]);
});

const imported = (signed: boolean, malformed: boolean, parts: Partial<Operation> = {}): Operation =>
  operation('import', 100, { input: { signed, malformed }, ...parts });

test.each([
  ['good and imported', imported(true, false), []],
  ['signed by somebody else and refused', imported(false, false, refusal('SIGNATURE_INVALID')), []],
  ['malformed and refused', imported(true, true, refusal('IMPORT_FAILED')), []],
  ['of which nobody knows', imported(false, false, { outcome: 'info', error: 'ETIMEDOUT' }), []],
  ['signed by somebody else and imported', imported(false, false), ['answers:files']],
  ['malformed and imported', imported(true, true), ['answers:files']],
  ['good and refused', imported(true, false, refusal('IMPORT_FAILED')), ['answers:files']],
] as const)('a file that is %s', (_, operation_, expected) => {
  expect(verdict(files, explored([operation_]))).toEqual(expected);
});

test('a good file may be refused where something was broken', () => {
  const refused = explored([imported(true, false, refusal('IMPORT_FAILED'))]);
  expect(verdict(files, { ...refused, faults: [fault(50, 'object-store')] })).toEqual([]);
});

const taken = (version: number, at: number): object => ({
  ...change(version, 'recalled', at),
  actor: 'job:recall-worker',
});

test.each([
  ['one after the other', [taken(2, 100), taken(3, 200)], []],
  ['both at once', [taken(2, 100), taken(3, 100)], ['answers:recall-paced']],
  ['by an officer at the same instant', [taken(2, 100), change(3, 'recalled', 100)], []],
] as const)('leases of a suspended tenant are taken back %s', (_, audit, expected) => {
  expect(verdict(recalls, explored([], { topology: 'core+recall' }, { audit } as never))).toEqual(expected);
});
