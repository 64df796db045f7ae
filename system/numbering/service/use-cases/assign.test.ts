import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { RedisLink } from '../../../kit/redis-link.ts';
import { Safeguards } from '../../../kit/safeguards.ts';
import { Quota, QUOTA_AGGREGATION } from '../../cache/quota.ts';
import { AVAILABILITY_CHECK } from './change.ts';
import type { App } from '../app.ts';
import { assign, CONTRACT_CHECK } from './assign.ts';

/** What is locked, in its order, and what an assign of whatever the pool has is answered, where the last lock fails. */
async function locked(failure?: { code: string }): Promise<{ locks: readonly string[]; answer: unknown }> {
  const locks: string[] = [];
  const client = Object.assign(new EventEmitter(), {
    async query(text: string) {
      if (text.includes('pg_advisory_xact_lock')) locks.push('holdings');
      if (text.includes('FOR UPDATE OF i')) {
        locks.push('identifier');
        if (failure !== undefined) throw Object.assign(new Error('deadlock detected'), failure);
      }
      return { rows: [] };
    },
    release: () => {},
  });
  const safeguards = new Safeguards([QUOTA_AGGREGATION, AVAILABILITY_CHECK, CONTRACT_CHECK], []);
  const redis = { usable: false, usableFor: () => false, attempt: async () => undefined } as unknown as RedisLink;
  const app = {
    pool: { connect: async () => client },
    redis,
    safeguards,
    regional: { begin: 'BEGIN', throttle: { admit() {} } },
    conflicts: { tell: async () => {} },
    leaseQuota: new Quota(redis, safeguards, 'leases', 10, 10_000),
    config: { IDEMPOTENCY_TTL_MS: 1000, LEASE_TERM_MS: 1000, QUOTA_CACHE_TTL_MS: 1000 },
  } as unknown as App;
  const call = assign(app, { tenantId: 't', idempotencyKey: undefined }, { kind: 'MSISDN' });
  return { locks, answer: await call.catch((thrown: unknown) => thrown) };
}

test('an assign of whatever the pool has waits for other calls of its tenant before it locks an identifier', async () => {
  const { locks, answer } = await locked();
  expect(locks).toEqual(['holdings', 'identifier']);
  expect(answer).toMatchObject({ code: 'NOT_AVAILABLE' });
});

test.each(['40P01', '40001'])('a call that gives way to another (%s) is to be made again', async (code) => {
  const { answer } = await locked({ code });
  expect(answer).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) });
});
