import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import {
  IDEMPOTENCY_KEY_STORE,
  IDEMPOTENCY_PAYLOAD_HASH,
  IdempotencyStore,
  payloadHash,
} from '../../kit/idempotency.ts';
import { createLogger } from '../../kit/logging.ts';
import { BEGIN_CONFIRMED } from '../../kit/postgres.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { problem } from '../domain/problems.ts';
import type { App } from './app.ts';
import { perform } from './perform.ts';

const LEASE = { leaseId: 'l1' };
const refusal = problem('ALPHA_VERIFY_UNAVAILABLE', 'The registry does not answer.');

/** A service whose database has an answer under every key; `standby`: whether a commit that asks for it is confirmed. */
function service(operation: string, standby: boolean) {
  const said: string[] = [];
  const row = { payload_hash: payloadHash(operation, {}), response: LEASE, expires_at: new Date(Date.now() + 60_000) };
  const client = Object.assign(new EventEmitter(), {
    async query(text: string) {
      said.push(text.split(' ')[0] === 'SELECT' ? 'SELECT' : text);
      if (text === 'COMMIT' && !standby) client.emit('notice', { severity: 'WARNING', message: 'canceling wait' });
      return { rows: [row] };
    },
    release: () => {},
  });
  const safeguards = new Safeguards([IDEMPOTENCY_KEY_STORE, IDEMPOTENCY_PAYLOAD_HASH], []);
  const app = {
    pool: { connect: async () => client },
    redis: { attempt: async () => undefined },
    regional: { begin: BEGIN_CONFIRMED, throttle: { admit() {} } },
    idempotency: new IdempotencyStore('numbering', safeguards),
    safeguards,
    log: createLogger('test', 'silent'),
  } as unknown as App;
  const answer = perform(
    app,
    { tenantId: 't', idempotencyKey: 'k' },
    {
      operation,
      payload: {},
      admit: () => Promise.reject(refusal),
      work: async () => LEASE,
    },
  );
  return { said, answer };
}

test('a repeat that is refused now is told the answer of before, once the standby has it', async () => {
  const { said, answer } = service('assign', true);
  expect(await answer).toEqual({ body: LEASE, replayed: true });
  expect(said).toEqual([BEGIN_CONFIRMED, 'SELECT', 'COMMIT']);
});

test('an answer of before that the standby has not confirmed is not told', async () => {
  await expect(service('assign', false).answer).rejects.toBe(refusal);
});

test('the answer of a call that changes no lease waits for nobody', async () => {
  const { said, answer } = service('reserve', false);
  expect(await answer).toEqual({ body: LEASE, replayed: true });
  expect(said[0]).toBe('BEGIN');
});
