import { expect, it } from 'vitest';
import pg from 'pg';
import type { Deployment, PgbouncerSpec, Running, Sabotage } from '../../../../contract/index.ts';
import { core } from '../../../../deployments/numbering/core.ts';
import { world } from '../../world.ts';

const POOLER: PgbouncerSpec = {
  kind: 'pgbouncer',
  name: 'pgbouncer',
  port: 6432,
  databases: {
    numbering: {
      host: 'postgres',
      port: 5432,
      database: 'numbering',
      connectQuery: "SET statement_timeout = '3s'",
    },
  },
  config: {
    pool_mode: 'transaction',
    default_pool_size: '2',
    admin_users: 'postgres',
    query_wait_timeout: '5',
    server_login_retry: '1',
  },
  dependsOn: ['postgres'],
};

const deployment: Deployment = {
  system: 'numbering',
  rules: [],
  components: [...core.filter(({ name }) => name === 'postgres'), POOLER],
};

async function story(
  tell: (running: Running, connect: () => Promise<pg.Client>) => Promise<unknown>,
  sabotage?: Sabotage,
): Promise<{ told: unknown; hash: string | undefined }> {
  const options = { seed: 3, speed: 1, deadlineMs: 600_000, guard: true };
  await using running = await world.start(deployment, { ...options, ...(sabotage === undefined ? {} : { sabotage }) });
  await running.clock.sleep(100);
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ host: 'pgbouncer', port: 6432, user: 'postgres', database: 'numbering' });
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const told = await tell(running, connect);
  return { told, hash: running.traceHash() };
}

/** Ten transactions of 100 ms at once over two connections. */
async function tenAtOnce(running: Running, connect: () => Promise<pg.Client>): Promise<number> {
  const clients = await Promise.all(Array.from({ length: 10 }, connect));
  const begun = running.clock.now();
  await Promise.all(clients.map((client) => client.query('select pg_sleep(0.1)')));
  for (const client of clients) void client.end();
  return running.clock.now() - begun;
}

it('shares two connections between ten clients in virtual time, the same in each run', async () => {
  const first = await story(tenAtOnce);
  expect(first.told).toBeGreaterThan(500);
  expect(first.told).toBeLessThan(560);
  expect(await story(tenAtOnce)).toEqual(first);
});

it('a sabotage of its configuration takes: with sessions the third client waits in vain', async () => {
  const sessions: Sabotage = { kind: 'configuration', component: 'pgbouncer', env: { pool_mode: 'session' } };
  const { told } = await story(async (running, connect) => {
    const [a, b, c] = await Promise.all([connect(), connect(), connect()]);
    await a.query('select 1');
    await b.query('select 1');
    const begun = running.clock.now();
    const refused = await c.query('select 1').catch((error: Error) => error.message);
    return { refused, waited: Math.round((running.clock.now() - begun) / 1000) };
  }, sessions);
  expect(told).toEqual({ refused: 'query_wait_timeout', waited: 5 });
});

it('cuts transactions with the server, refuses while it is away and comes back', async () => {
  const { told } = await story(async (running, connect) => {
    const [inTransaction, idle] = await Promise.all([connect(), connect()]);
    await inTransaction.query('begin');
    await running.component('postgres').kill();
    await running.clock.sleep(100);
    const refusal = (client: pg.Client): Promise<string> =>
      client.query('select 1').then(
        () => 'answered',
        (error: Error) => error.message,
      );
    const cut = await refusal(inTransaction);
    const later = await refusal(idle);
    await running.component('postgres').start();
    await running.clock.sleep(2000);
    await refusal(await connect()); // its failure makes the pooler try again
    await running.clock.sleep(2000);
    const back = await refusal(await connect());
    return { cut, later: later.slice(0, 33), back };
  });
  expect(told).toEqual({
    cut: 'Client has encountered a connection error and is not queryable',
    later: 'query_wait_timeout',
    back: 'answered',
  });
});

it('runs connect_query on each server connection and answers its health question', async () => {
  const { told } = await story(async (running, connect) => {
    const client = await connect();
    const begun = running.clock.now();
    const cancelled = await client.query('select pg_sleep(10)').catch((error: { code?: string }) => error.code);
    const seconds = Math.round((running.clock.now() - begun) / 1000);
    const healthy = await running.component('pgbouncer').healthy();
    await running.component('pgbouncer').kill();
    return [cancelled, seconds, healthy, await running.component('pgbouncer').healthy()];
  });
  expect(told).toEqual(['57014', 3, true, false]);
});
