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

/** Times pieces of work in turn, one after another, so that what the machine does meanwhile meets all of them alike. */
async function inTurn(rounds: number, ...works: readonly (() => Promise<unknown>)[]): Promise<readonly Quantiles[]> {
  const times = works.map((): number[] => []);
  for (let round = -rounds / 10; round < rounds; round += 1)
    for (const [index, work] of works.entries()) {
      const begun = performance.now();
      await work();
      // The first tenth is to warm up.
      if (round >= 0) times[index]?.push(performance.now() - begun);
    }
  return times.map((each) => {
    const sorted = each.toSorted((x, y) => x - y);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    return { p05: at(0.05), p50: at(0.5), p95: at(0.95) };
  });
}

async function quantiles(rounds: number, work: () => Promise<unknown>): Promise<Quantiles> {
  const [found] = await inTurn(rounds, work);
  return found as Quantiles;
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
  const direct = new Redis(DIRECT_REDIS_URL as string);
  const spent = async (): Promise<{ calls: number; us: number }> => {
    const text = await direct.info('commandstats');
    const [, calls = '0', us = '0'] = /cmdstat_get:calls=(\d+),usec=(\d+)/.exec(text) ?? [];
    return { calls: Number(calls), us: Number(us) };
  };
  await direct.set('faultline:small', 'x'.repeat(100));
  await direct.set('faultline:big', 'x'.repeat(BIG_KB * 1024));
  const before = await spent();
  for (let n = 0; n < ROUNDS; n += 1) await direct.get('faultline:small');
  const after = await spent();
  const [small, big] = (await inTurn(
    FEW,
    () => direct.get('faultline:small'),
    () => direct.get('faultline:big'),
  )) as [Quantiles, Quantiles];

  await direct.del('faultline:small', 'faultline:big');
  direct.disconnect();
  return {
    get: (after.us - before.us) / 1000 / Math.max(1, after.calls - before.calls),
    getPerKilobyte: (big.p50 - small.p50) / BIG_KB,
  };
}

/** Round trips to both servers, in turn. */
async function roundTrips() {
  const [through, direct] = [new Redis(REDIS_URL as string), new Redis(DIRECT_REDIS_URL as string)];
  const [client, within] = [0, 1].map(() => new pg.Client({ connectionString: DIRECT_DATABASE_URL }));
  if (client === undefined || within === undefined) throw new Error('no clients');
  await client.connect();
  await within.connect();
  await client.query('create table public.faultline_calibration (id int primary key, n int not null, text text)');
  try {
    await client.query(`insert into public.faultline_calibration select i, 0, 'x' from generate_series(1, 2000) as i`);
    const run = (on: pg.Client, name: string, text: string, ...values: readonly unknown[]) =>
      on.query({ name, text, values: [...values] });
    let key = 0;
    const next = (): number => (key = (key % 1000) + 1);
    const UPDATE = 'update public.faultline_calibration set n = n + 1 where id = $1';
    const [ping, pingDirect, select] = await inTurn(
      ROUNDS,
      () => through.ping(),
      () => direct.ping(),
      () => run(client, 'select', 'select id, n, text from public.faultline_calibration where id = $1', next()),
    );
    await within.query('begin');
    const [updateCommitted, updateWithin] = await inTurn(
      FEW,
      () => run(client, 'update', UPDATE, next()),
      // Rows of its own: nobody waits for a lock.
      () => run(within, 'update', UPDATE, 1000 + next()),
    );
    await within.query('rollback');
    const rows = (count: number) => () => run(client, 'rows', 'select i from generate_series(1, $1::int) as i', count);
    const bytes = (count: number) => () => run(client, 'bytes', `select repeat('x', $1::int)`, count);
    const [one, many] = (await inTurn(FEW, rows(1), rows(ROWS))) as [Quantiles, Quantiles];
    const [short, long] = (await inTurn(FEW, bytes(1), bytes(BIG_KB * 1024))) as [Quantiles, Quantiles];
    return {
      ...({ ping, pingDirect, select, updateCommitted, updateWithin } as Pick<
        Measured,
        'ping' | 'pingDirect' | 'select' | 'updateCommitted' | 'updateWithin'
      >),
      perRow: (many.p50 - one.p50) / ROWS,
      perKilobyte: (long.p50 - short.p50) / BIG_KB,
    };
  } finally {
    await client.query('drop table public.faultline_calibration');
    await Promise.all([client.end(), within.end()]);
    through.disconnect();
    direct.disconnect();
  }
}

const measured: Measured = { loopback: await loopback(), ...(await redis()), ...(await roundTrips()) };
process.stdout.write(`${JSON.stringify(measured)}\n`);
