import { createServer, type Server, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { RedisAway, RedisLink, transactionResults } from './redis-link.ts';

/** Answers each command of RESP arrays with `+PONG`-like replies; can fall silent. */
class FakeRedis {
  silent = false;
  readonly seen: string[] = [];
  /** What came while it was silent. */
  readonly unanswered: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {});
    socket.on('data', (data) => this.#answer(socket, String(data)));
  });

  #answer(socket: Socket, text: string): void {
    if (this.silent) return void this.unanswered.push(text);
    for (const [, name = ''] of text.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
      this.seen.push(name.toLowerCase());
      if (name.toLowerCase() === 'hello') socket.write('%1\r\n$5\r\nproto\r\n:3\r\n');
      else if (name.toLowerCase() === 'info') socket.write('$9\r\nloading:0\r\n');
      else socket.write('+OK\r\n');
    }
  }

  listen(port = 0): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(port, '127.0.0.1', () => resolve((this.#server.address() as { port: number }).port));
    });
  }

  kill(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function linkTo(port: number): Promise<{ link: RedisLink; errors: () => number }> {
  let errors = 0;
  const options = {
    REDIS_URL: `redis://127.0.0.1:${port}/0`,
    REDIS_COMMAND_TIMEOUT_MS: 50,
    REDIS_CONNECT_TIMEOUT_MS: 300,
    REDIS_RECONNECT_MIN_MS: 10,
    REDIS_RECONNECT_MAX_MS: 50,
    REDIS_BREAKER_FAILURES: 3,
    REDIS_PROBE_MS: 50,
    REDIS_PROBE_TIMEOUT_MS: 100,
    REDIS_START_WAIT_MS: 1000,
  };
  const link = new RedisLink(options, 'test', pino({ level: 'silent' }), () => (errors += 1));
  cleanups.push(() => link.close());
  await link.start();
  return { link, errors: () => errors };
}

async function usable(link: RedisLink): Promise<boolean> {
  for (let i = 0; i < 100 && !link.usable; i += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  return link.usable;
}

test('a silent Redis costs three requests a time-out, and then none; only a PING closes the breaker again', async () => {
  const redis = new FakeRedis();
  cleanups.push(() => redis.kill());
  const { link, errors } = await linkTo(await redis.listen());
  expect(await link.run((client) => client.get('a'))).toBe('OK');
  redis.silent = true;
  for (let i = 0; i < 3; i += 1) await expect(link.run((client) => client.get('a'))).rejects.toThrow(RedisAway);
  expect(link.usable).toBe(false);
  const start = performance.now();
  for (let i = 0; i < 20; i += 1) await expect(link.run((client) => client.get('a'))).rejects.toThrow(RedisAway);
  expect(performance.now() - start).toBeLessThan(40);
  expect(errors()).toBeGreaterThanOrEqual(1);
  redis.silent = false;
  expect(await usable(link)).toBe(true);
  expect(await link.run((client) => client.get('a'))).toBe('OK');
});

test('a connection whose first words went unanswered is replaced too', async () => {
  const redis = new FakeRedis();
  cleanups.push(() => redis.kill());
  const { link } = await linkTo(await redis.listen());
  redis.silent = true;
  for (let i = 0; i < 3; i += 1) await expect(link.run((client) => client.get('a'))).rejects.toThrow(RedisAway);
  // The probe has replaced the silent connection, and nobody answers the new one's HELLO.
  await expect.poll(() => redis.unanswered.join('')).toMatch(/HELLO/i);
  redis.silent = false;
  expect(await usable(link)).toBe(true);
});

test('an answer that is late is no failed connection, until the breaker opens', async () => {
  const redis = new FakeRedis();
  cleanups.push(() => redis.kill());
  const { link, errors } = await linkTo(await redis.listen());
  redis.silent = true;
  for (let i = 0; i < 2; i += 1) await expect(link.run((client) => client.get('a'))).rejects.toThrow(RedisAway);
  expect([link.usable, errors()]).toEqual([true, 0]);
  await expect(link.run((client) => client.get('a'))).rejects.toThrow(RedisAway);
  expect(link.usable).toBe(false);
  expect(errors()).toBeGreaterThanOrEqual(1);
});

test('a dead Redis fails commands at once and sends none of them after it is back', async () => {
  const redis = new FakeRedis();
  const port = await redis.listen();
  const { link } = await linkTo(port);
  await link.run((client) => client.get('a'));
  await redis.kill();
  const start = performance.now();
  expect(await link.attempt((client) => client.incr('n'))).toBeUndefined();
  expect(await link.attempt((client) => client.incr('n'))).toBeUndefined();
  expect(await link.attempt((client) => client.incr('n'))).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(150);
  expect(link.usable).toBe(false);
  const again = new FakeRedis();
  await again.listen(port);
  cleanups.push(() => again.kill());
  expect(await usable(link)).toBe(true);
  expect(again.seen).not.toContain('incr');
  expect(link.usableFor(60_000)).toBe(false);
});

test('starting without Redis does not fail', async () => {
  const redis = new FakeRedis();
  const port = await redis.listen();
  await redis.kill();
  const { link } = await linkTo(port);
  expect(await link.attempt((client) => client.get('a'))).toBeUndefined();
});

test('a failed command of a transaction is an error', () => {
  expect(() =>
    transactionResults([
      [null, 'OK'],
      [new Error('WRONGTYPE'), null],
    ]),
  ).toThrow('WRONGTYPE');
  expect(() => transactionResults(null)).toThrow('aborted');
  expect(
    transactionResults([
      [null, 'OK'],
      [null, 2],
    ]),
  ).toEqual(['OK', 2]);
});
