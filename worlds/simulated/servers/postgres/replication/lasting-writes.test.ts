/** What numbering acknowledges is on the standby: also when it comes a second time, after a commit that the standby did not confirm. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { PostgresSpec } from '../../../../../contract/index.ts';
import { deployment } from '../../../../../deployments/numbering.ts';
import { firstDelivery } from '../../../../../system/kit/inbox.ts';
import { IdempotencyStore } from '../../../../../system/kit/idempotency.ts';
import { storeEvents } from '../../../../../system/kit/outbox.ts';
import { BEGIN_CONFIRMED, inTransaction, type Sql } from '../../../../../system/kit/postgres.ts';
import { Safeguards } from '../../../../../system/kit/safeguards.ts';
import { enter } from '../../../../../system/numbering/billing-consumer/ledger.ts';
import { suspendFor } from '../../../../../system/numbering/compliance-engine/suspensions.ts';
import { lockEvent, unpublished } from '../../../../../system/numbering/outbox-relay/store.ts';
import { takeIn } from '../../../../../system/numbering/sender-id-registry/store.ts';
import { noteRecall } from '../../../../../system/numbering/store/recalls.ts';
import { EPOCH } from '../../../testing/simulate.ts';
import { findBinaries } from '../binaries.ts';
import { RunDatabase, writeClock } from '../database.ts';
import { PostgresServer } from '../server.ts';
import { REPLICATED_SETTINGS } from '../settings.ts';
import { releaseFolder, runFolder, templateFolder } from '../template.ts';

const SPEC = deployment.components.find((component) => component.name === 'postgres') as PostgresSpec;
const ID = '00000000-0000-4000-8000-000000000001';
let server: PostgresServer;
let pool: pg.Pool;

beforeAll(() => {
  const template = templateFolder({ migrate: SPEC.migrate, database: SPEC.database, replicated: true });
  server = new PostgresServer(findBinaries(), runFolder(template), REPLICATED_SETTINGS);
  server.start();
  writeClock(server, new Date(EPOCH));
  new RunDatabase(server).make(SPEC);
  pool = new pg.Pool({ host: server.folder, user: 'postgres', database: SPEC.database });
  pool.on('error', () => {});
});
beforeEach(() =>
  pool.query('TRUNCATE numbering.recalls, compliance.inbox, billing.entries, sender_registry.inventory'),
);
afterAll(async () => {
  await pool.end();
  server.kill();
  releaseFolder(server.folder);
});

/** Commits wait for a standby that nobody has, or for none. */
async function standby(name: string): Promise<void> {
  await pool.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
  await pool.query('SELECT pg_reload_conf()');
  // A commit waits by what the checkpointer has read, whatever a backend's own setting says: only a commit can tell.
  const waits = name !== '';
  while (((await givenUp(writesAnything)) === 'Unconfirmed') !== waits);
}

const writesAnything = (sql: Sql) => sql.query(`SELECT pg_logical_emit_message(true, '', '')`);

/** What a transaction ends with whose wait for the standby is given up; what it answers when it waits for nobody. */
async function givenUp(work: (sql: Sql) => Promise<unknown>): Promise<unknown> {
  const state = { ended: false };
  const outcome = inTransaction(pool, work, BEGIN_CONFIRMED)
    .then(
      (answer) => ({ answer }),
      (error: Error) => error.name,
    )
    .finally(() => {
      state.ended = true;
    });
  while (!state.ended)
    await pool.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`);
  return outcome;
}

const event = {
  id: ID,
  aggregate: 'MSISDN:+93700000001',
  version: 2,
  type: 'numbering.identifier.assigned.v1',
  at: EPOCH,
  payload: { to: 'ASSIGNED', leaseId: ID, tenantId: 't', at: new Date(EPOCH).toISOString() },
} as never;
const idempotency = new IdempotencyStore('numbering', new Safeguards([], []));
const request = { tenantId: 't', key: 'k', operation: 'assign', payloadHash: 'h' };
const now = new Date(EPOCH);
const later = new Date(now.getTime() + 1000);

test.each<[string, (sql: Sql) => Promise<unknown>, unknown, unknown]>([
  [
    'a recall',
    (sql) => noteRecall(sql, { eventId: ID, tenantId: 't', reason: 'ABUSE', at: now.toISOString() }),
    true,
    false,
  ],
  ['a suspension', (sql) => suspendFor(sql, ID, 't', 'fraud-intel'), true, false],
  ['an event of an inbox', (sql) => firstDelivery(sql, 'compliance', ID), true, false],
  ['an entry of the ledger', (sql) => enter(sql, event), undefined, undefined],
  ['an identifier of the registry', (sql) => takeIn(sql, event), undefined, undefined],
])('%s is confirmed whenever it comes, and what was first is known', async (_, work, first, second) => {
  await standby('nobody');
  expect(await givenUp(work)).toBe('Unconfirmed');
  expect(await givenUp(work)).toBe('Unconfirmed');
  await standby('');
  expect(await inTransaction(pool, work, BEGIN_CONFIRMED)).toEqual(second);
  await pool.query('TRUNCATE numbering.recalls, compliance.inbox, billing.entries, sender_registry.inventory');
  expect(await inTransaction(pool, work, BEGIN_CONFIRMED)).toEqual(first);
});

test('an event of the outbox can be confirmed, whoever waits for it too', async () => {
  await standby('');
  await storeEvents(pool, 'numbering', [{ aggregate: 'MSISDN:+93700000001', version: 2, type: 't', payload: {} }]);
  const [oldest] = await unpublished(pool, 1);
  expect(oldest).toBeDefined();
  const confirm = (sql: Sql) => lockEvent(sql, oldest?.id ?? '');
  await standby('nobody');
  await inTransaction(pool, async (other) => {
    await confirm(other);
    expect(await givenUp(confirm)).toBe('Unconfirmed');
  });
  await standby('');
  await inTransaction(pool, confirm, BEGIN_CONFIRMED);
});

test('an answer that is stored under a key is told when the standby has it', async () => {
  await inTransaction(pool, async (sql) => {
    await idempotency.claim(sql, request, now, later);
    await idempotency.complete(sql, request, { leaseId: ID });
  });
  const stored = (sql: Sql) => idempotency.stored(sql, request, now);
  await standby('nobody');
  expect(await givenUp(stored)).toBe('Unconfirmed');
  await standby('');
  expect(await inTransaction(pool, stored, BEGIN_CONFIRMED)).toEqual({ kind: 'replay', response: { leaseId: ID } });
});
