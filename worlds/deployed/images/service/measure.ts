/**
 * What messages and work cost on this machine, seen from a service's own container: prints one JSON object (`Measured`).
 * `DATABASE_URL` and `REDIS_URL` go through Toxiproxy, as a service's do; `DIRECT_DATABASE_URL` and `DIRECT_REDIS_URL` do not.
 */
import net from 'node:net';
import { Redis } from 'ioredis';
import pg from 'pg';

/** Milliseconds. */
interface Quantiles {
  readonly p05: number;
  readonly p50: number;
  readonly p95: number;
}

/** Round trips and costs, all in ms. */
export interface Measured {
  /** A byte to a process of the same machine and back. */
  readonly loopback: Quantiles;
  /** PING, as a service's link is, and without Toxiproxy. */
  readonly ping: Quantiles;
  readonly pingDirect: Quantiles;
  /** The server's own time for a GET of 100 bytes. */
  readonly get: number;
  readonly getPerKilobyte: number;
  /** A prepared statement that finds a row by its key, without Toxiproxy. */
  readonly select: Quantiles;
  readonly perRow: number;
  readonly perKilobyte: number;
  /** An update that commits, and one within a transaction. */
  readonly updateCommitted: Quantiles;
  readonly updateWithin: Quantiles;
}

const ROUNDS = 2000;
const FEW = 200;
const BIG_KB = 64;
const ROWS = 2000;

const { DATABASE_URL, REDIS_URL, DIRECT_DATABASE_URL, DIRECT_REDIS_URL } = process.env;
if (DATABASE_URL === undefined || REDIS_URL === undefined || DIRECT_DATABASE_URL === undefined || !DIRECT_REDIS_URL)
  throw new Error('expected DATABASE_URL, REDIS_URL, DIRECT_DATABASE_URL and DIRECT_REDIS_URL');

/** Times a piece of work, one after another, after a tenth of the rounds to warm up. */
async function quantiles(rounds: number, work: () => Promise<unknown>): Promise<Quantiles> {
  for (let round = 0; round < rounds / 10; round += 1) await work();
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? 0;
  return { p05: at(0.05), p50: at(0.5), p95: at(0.95) };
}

async function loopback(): Promise<Quantiles> {
  const server = net.createServer((socket) => socket.setNoDelay(true).pipe(socket));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1').setNoDelay(true);
  await new Promise((resolve) => socket.once('connect', resolve));
  const found = await quantiles(ROUNDS, () => {
    const back = new Promise((resolve) => socket.once('data', resolve));
    socket.write('x');
    return back;
  });
  socket.destroy();
  server.close();
  return found;
}

async function redis() {
  const [through, direct] = [new Redis(REDIS_URL as string), new Redis(DIRECT_REDIS_URL as string)];
  const spent = async (): Promise<{ calls: number; us: number }> => {
    const text = await direct.info('commandstats');
    const [, calls = '0', us = '0'] = /cmdstat_get:calls=(\d+),usec=(\d+)/.exec(text) ?? [];
    return { calls: Number(calls), us: Number(us) };
  };
  const ping = await quantiles(ROUNDS, () => through.ping());
  const pingDirect = await quantiles(ROUNDS, () => direct.ping());
  await direct.set('faultline:small', 'x'.repeat(100));
  await direct.set('faultline:big', 'x'.repeat(BIG_KB * 1024));
  const before = await spent();
  const small = await quantiles(ROUNDS, () => direct.get('faultline:small'));
  const after = await spent();
  const big = await quantiles(FEW, () => direct.get('faultline:big'));
  await direct.del('faultline:small', 'faultline:big');
  through.disconnect();
  direct.disconnect();
  return {
    ping,
    pingDirect,
    get: (after.us - before.us) / 1000 / Math.max(1, after.calls - before.calls),
    getPerKilobyte: (big.p50 - small.p50) / BIG_KB,
  };
}

async function postgres() {
  const client = new pg.Client({ connectionString: DIRECT_DATABASE_URL });
  await client.connect();
  await client.query('create table public.faultline_calibration (id int primary key, n int not null, text text)');
  try {
    await client.query(`insert into public.faultline_calibration select i, 0, 'x' from generate_series(1, 1000) as i`);
    const run = (name: string, text: string, ...values: readonly unknown[]) =>
      client.query({ name, text, values: [...values] });
    let key = 0;
    const next = (): number => (key = (key % 1000) + 1);
    const select = await quantiles(ROUNDS, () =>
      run('select', 'select id, n, text from public.faultline_calibration where id = $1', next()),
    );
    const rows = (count: number) =>
      quantiles(FEW, () => run('rows', 'select i from generate_series(1, $1::int) as i', count));
    const bytes = (count: number) => quantiles(FEW, () => run('bytes', `select repeat('x', $1::int)`, count));
    const update = (): Promise<unknown> =>
      run('update', 'update public.faultline_calibration set n = n + 1 where id = $1', next());
    const updateCommitted = await quantiles(FEW, update);
    await client.query('begin');
    const updateWithin = await quantiles(FEW, update);
    await client.query('commit');
    return {
      select,
      perRow: ((await rows(ROWS)).p50 - (await rows(1)).p50) / ROWS,
      perKilobyte: ((await bytes(BIG_KB * 1024)).p50 - (await bytes(1)).p50) / BIG_KB,
      updateCommitted,
      updateWithin,
    };
  } finally {
    await client.query('drop table public.faultline_calibration');
    await client.end();
  }
}

const measured: Measured = { loopback: await loopback(), ...(await redis()), ...(await postgres()) };
process.stdout.write(`${JSON.stringify(measured)}\n`);
