import { expect, test } from 'vitest';
import { IDEMPOTENCY_PAYLOAD_HASH, IdempotencyStore, judgeKey, payloadHash } from './idempotency.ts';
import type { Sql } from './postgres.ts';
import { Safeguards } from './safeguards.ts';

const request = (hash: string) => ({ tenantId: 't', key: 'k', operation: 'reserve', payloadHash: hash });

test('the order of members does not change the hash; a value, a member or the operation does', () => {
  const hash = payloadHash('reserve', { kind: 'MSISDN', nested: { a: 1, b: [2, 3] } });
  expect(payloadHash('reserve', { nested: { b: [2, 3], a: 1 }, kind: 'MSISDN', absent: undefined })).toBe(hash);
  expect(payloadHash('reserve', { nested: { b: [3, 2], a: 1 }, kind: 'MSISDN' })).not.toBe(hash);
  expect(payloadHash('reserve', { kind: 'MSISDN', nested: { a: 1, b: [2, 3] }, version: 1 })).not.toBe(hash);
  expect(payloadHash('assign', { kind: 'MSISDN', nested: { a: 1, b: [2, 3] } })).not.toBe(hash);
});

test('the same payload gets the stored answer, another one a conflict', () => {
  const on = new Safeguards([IDEMPOTENCY_PAYLOAD_HASH], []);
  expect(judgeKey(on, 'h', { a: 1 }, request('h'))).toEqual({ kind: 'replay', response: { a: 1 } });
  expect(judgeKey(on, 'h', { a: 1 }, request('other'))).toEqual({ kind: 'conflict' });
});

test('with the comparison off another payload gets the first answer', () => {
  const off = new Safeguards([IDEMPOTENCY_PAYLOAD_HASH], ['idempotency-payload-hash']);
  expect(judgeKey(off, 'h', { a: 1 }, request('other'))).toEqual({ kind: 'replay', response: { a: 1 } });
});

test('what is stored under a key is told without a claim, for as long as it is valid', async () => {
  const at = new Date('2026-01-01T00:00:00Z');
  const rows = [{ payload_hash: 'h', response: { a: 1 }, expires_at: new Date(at.getTime() + 1000) }];
  const stored = (found: readonly object[], payload: string, afterMs: number) =>
    new IdempotencyStore('s', new Safeguards([IDEMPOTENCY_PAYLOAD_HASH], [])).stored(
      { query: async () => ({ rows: found }) } as unknown as Sql,
      request(payload),
      new Date(at.getTime() + afterMs),
    );
  expect(await stored(rows, 'h', 999)).toEqual({ kind: 'replay', response: { a: 1 } });
  expect(await stored(rows, 'other', 999)).toEqual({ kind: 'conflict' });
  expect(await stored(rows, 'h', 1000)).toBeUndefined();
  expect(await stored([], 'h', 0)).toBeUndefined();
});
