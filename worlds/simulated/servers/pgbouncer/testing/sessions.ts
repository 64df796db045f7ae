import { SYNC, TYPE, message } from '../../postgres/wire.ts';
import { RawClient } from './raw-client.ts';
import type { RealPostgres } from './real-postgres.ts';

/** What a session may use; the pooler is the real one or ours. */
export interface Stage {
  readonly port: number;
  readonly postgres: RealPostgres;
}

export interface Session {
  readonly config?: Readonly<Record<string, string>>;
  /** Lines that both poolers must show alike. */
  run(stage: Stage): Promise<readonly (string | readonly string[])[]>;
}

const USER = { user: 'postgres', database: 'pooled' };
const CONSOLE = { user: 'postgres', database: 'pgbouncer' };
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const parse = (name: string, sql: string): Buffer => message(TYPE.parse, name, sql, Buffer.alloc(2));
const bind = (name: string): Buffer => message(0x42, '', name, Buffer.alloc(6));
const execute = message(0x45, '', Buffer.alloc(4));
const describe = (name: string): Buffer => message(0x44, Buffer.from('S'), name);
const close = (name: string): Buffer => message(0x43, Buffer.from('S'), name);

async function open({ port }: Stage, more: Readonly<Record<string, string>> = {}): Promise<RawClient> {
  const client = new RawClient(port, { ...USER, ...more });
  await client.heard();
  return client;
}

const startup = (port: number, parameters: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  new RawClient(port, parameters).heard();

/** Columns of the console's table that a session looks at, by their place. */
async function table(stage: Stage, sql: string, places: readonly number[]): Promise<readonly string[]> {
  const console = new RawClient(stage.port, CONSOLE);
  await console.heard();
  const lines = await console.query(sql);
  console.end();
  return lines
    .filter((line) => line.startsWith('D pooled'))
    .map((line) => {
      const values = line.slice(2).split('|');
      return places.map((place) => values[place]).join(' ');
    });
}

/** Clients active and waiting, servers active and idle. */
const POOL = [2, 3, 6, 9];

export const SESSIONS: Readonly<Record<string, Session>> = {
  'startup and its refusals': {
    config: { ignore_startup_parameters: 'extra_float_digits' },
    run: async ({ port }) => [
      await startup(port, { ...USER, application_name: 'me' }),
      await startup(port, USER),
      await startup(port, { ...USER, extra_float_digits: '1', client_encoding: 'UTF8' }),
      await startup(port, { user: 'postgres', database: 'nowhere' }),
      await startup(port, { ...USER, statement_timeout: '5' }),
      await startup(port, { ...USER, options: '-c statement_timeout=5' }),
      await startup(port, { ...USER, options: '-c search_path=x' }),
    ],
  },
  'transactions share one server, parameters follow the client': {
    run: async (stage) => {
      const [a, b] = [await open(stage, { application_name: 'a' }), await open(stage, { application_name: 'b' })];
      const seen = [
        await a.query('select pg_backend_pid() is not null'),
        await a.query('create temp table t (n int)'),
        await b.query('insert into t values (1)'),
        await b.query('show application_name'),
        await a.query('show application_name'),
        await a.query("set application_name = 'c'"),
        await b.query('show application_name'),
        await a.query('show application_name'),
        await a.query('begin'),
        await a.query('select 1/0'),
        await a.query('select 1'),
        await a.query('rollback'),
        await a.query('select 1; select 2'),
        await a.query(''),
      ];
      a.end();
      b.end();
      return seen;
    },
  },
  'a client waits for the server of another': {
    run: async (stage) => {
      const [a, b] = [await open(stage), await open(stage)];
      await a.query('begin');
      const waiting = b.query('select 2');
      await sleep(400);
      const pool = await table(stage, 'show pools', POOL);
      return [pool, await a.query('commit'), await waiting, await table(stage, 'show pools', POOL)];
    },
  },
  'a wait ends at query_wait_timeout': {
    config: { query_wait_timeout: '1' },
    run: async (stage) => {
      const [a, b] = [await open(stage), await open(stage)];
      await a.query('begin');
      return [await b.query('select 2'), await a.query('commit'), await a.query('select 1')];
    },
  },
  'a client that leaves in a transaction takes its server along': {
    run: async (stage) => {
      const [a, b] = [await open(stage), await open(stage)];
      await a.query('create table left_behind (n int)');
      await a.query('begin');
      await a.query('insert into left_behind values (1)');
      a.end();
      await sleep(200);
      return [await b.query('select count(*) from left_behind'), await b.query('drop table left_behind')];
    },
  },
  'sessions keep their server until they end': {
    config: { pool_mode: 'session' },
    run: async (stage) => {
      const [a, b] = [await open(stage), await open(stage)];
      const first = await a.query('create temp table mine (n int)');
      const waiting = b.query('select count(*) from mine', 10_000);
      await sleep(300);
      const pool = await table(stage, 'show pools', POOL);
      const second = await a.query('select count(*) from mine');
      a.end();
      return [first, pool, second, await waiting];
    },
  },
  'more clients than allowed': {
    config: { max_client_conn: '2' },
    run: async (stage) => {
      const [a, b] = [await open(stage), await open(stage)];
      const third = await startup(stage.port, USER);
      return [third, await a.query('select 1'), await b.query('select 1')];
    },
  },
  'prepared statements': {
    run: async (stage) => {
      const [a, b, c, d] = [await open(stage), await open(stage), await open(stage), await open(stage)];
      return [
        await a.ask(parse('one', 'select 1'), bind('one'), execute, SYNC),
        await a.ask(bind('one'), execute, SYNC),
        await b.ask(parse('mine', 'select 1'), describe('mine'), bind('mine'), execute, SYNC),
        await b.ask(
          parse('two', 'select 2'),
          bind('two'),
          execute,
          parse('three', 'select 3'),
          bind('three'),
          execute,
          SYNC,
        ),
        await b.query('select name, statement from pg_prepared_statements order by 1'),
        await b.ask(close('two'), SYNC),
        await b.ask(parse('two', 'select 4'), bind('two'), execute, SYNC),
        await c.ask(parse('bad', 'selec'), SYNC),
        await c.ask(bind('bad'), execute, SYNC),
        await c.ask(close('bad'), parse('bad', 'select 5'), bind('bad'), execute, SYNC),
        await c.ask(parse('', 'select 6'), bind(''), execute, SYNC),
        await c.ask(parse('ten', 'select 1/0'), bind('ten'), execute, parse('later', 'select 7'), SYNC),
        await c.ask(bind('later'), execute, SYNC),
        await a.ask(parse('one', 'select 1'), SYNC),
        await d.ask(bind('unknown'), execute, SYNC),
        await b.query('deallocate all'),
        await b.ask(bind('mine'), execute, SYNC),
      ];
    },
  },
  'no more statements than max_prepared_statements': {
    config: { max_prepared_statements: '2' },
    run: async (stage) => {
      const a = await open(stage);
      const seen = [];
      for (const n of [1, 2, 3, 1])
        seen.push(
          await a.ask(
            ...(n === 1 && seen.length > 0 ? [] : [parse(`s${n}`, `select ${n}`)]),
            bind(`s${n}`),
            execute,
            SYNC,
          ),
        );
      return [...seen, await a.query('select name from pg_prepared_statements order by name')];
    },
  },
  'a cancelled query': {
    run: async (stage) => {
      const a = await open(stage);
      const running = a.query('select pg_sleep(10)');
      await sleep(300);
      const request = Buffer.alloc(8);
      request.writeInt32BE(16, 0);
      request.writeInt32BE(80_877_102, 4);
      const cancel = new RawClient(stage.port, Buffer.concat([request, a.key]));
      const seen = [await running, await a.query('select 1')];
      await cancel.heard();
      return seen;
    },
  },
  'PostgreSQL goes and comes back': {
    config: { server_login_retry: '1', query_wait_timeout: '2' },
    run: async (stage) => {
      const [a, b, c] = [await open(stage), await open(stage), await open(stage)];
      await a.query('begin');
      const waiting = b.query('select 1');
      await sleep(100);
      await stage.postgres.kill();
      const crashed = await a.heard();
      const timedOut = await waiting;
      const fast = await c.query('select 1');
      const login = await startup(stage.port, USER);
      await stage.postgres.restart();
      await sleep(1200);
      const sacrificed = await (await open(stage)).query('select 1');
      await sleep(300);
      const [x, y] = [await open(stage), await open(stage)];
      return [crashed, timedOut, fast, login, sacrificed, await x.query('select 1'), await y.query('select 2')];
    },
  },
  'the console': {
    run: async (stage) => {
      const console = new RawClient(stage.port, CONSOLE);
      const greeting = await console.heard();
      const a = await open(stage);
      await a.query('select 1');
      const paused = await console.query('PAUSE pooled');
      const waiting = a.query('select 2');
      await sleep(500);
      return [
        greeting,
        paused,
        await table(stage, 'show pools', POOL),
        await console.query('RESUME pooled;'),
        await waiting,
        await console.query('resume pooled'),
        await console.query('pause nowhere'),
        await console.query('RELOAD'),
        await console.query('reconnect pooled'),
        await console.query('select 1'),
        await console.query('show nothing'),
        await console.query('show version'),
        await a.query('select 3'),
        await console.query('kill pooled'),
        await a.heard(),
        await console.ask(parse('', 'show version'), SYNC),
      ];
    },
  },
};
