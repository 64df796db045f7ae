import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RedisServer } from './server.ts';
import { realHost } from './testing/real-host.ts';

/** The ordinary client with its default options, over real loopback TCP. */

let redis: RedisServer;
let listener: Server;
let sockets: Set<Socket>;
let clients: Redis[];

beforeEach(async () => {
  redis = new RedisServer({ host: realHost, config: { 'notify-keyspace-events': 'Ex' } });
  sockets = new Set();
  clients = [];
  listener = createServer((socket) => {
    sockets.add(socket);
    redis.accept(socket);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
});

afterEach(() => {
  for (const client of clients) client.disconnect();
  redis.close();
  for (const socket of sockets) socket.destroy();
  listener.close();
});

function connect(): Redis {
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  const client = new Redis({ port: address.port, host: '127.0.0.1' });
  clients.push(client);
  return client;
}

test('the client becomes ready, and values of all types go there and back', async () => {
  const client = connect();
  await once(client, 'ready');
  expect(await client.set('k', 'wörd', 'PX', 60_000, 'NX')).toBe('OK');
  expect(await client.set('k', 'other', 'PX', 60_000, 'NX')).toBeNull();
  expect(await client.get('k')).toBe('wörd');
  await client.hset('h', { a: '1', b: '2' });
  expect(await client.hgetall('h')).toEqual({ a: '1', b: '2' });
  await client.zadd('z', 2, 'two');
  await client.zadd('z', 1, 'one');
  expect(await client.zrange('z', '0', '-1')).toEqual(['one', 'two']);
  await expect(client.incr('h')).rejects.toThrow('WRONGTYPE');
});

test('a transaction runs as one, and fails when a watched key changed', async () => {
  const [client, other] = [connect(), connect()];
  const results = await client.multi().set('a', '1').incr('a').get('a').exec();
  expect(results).toEqual([[null, 'OK'], [null, 2], [null, '2']]); // prettier-ignore
  await client.watch('a');
  await other.set('a', '9');
  expect(await client.multi().incr('a').exec()).toBeNull();
  expect(await client.get('a')).toBe('9');
});

test('a blocking pop waits for a push', async () => {
  const [waiting, pushing] = [connect(), connect()];
  const popped = waiting.blpop('queue', 10);
  await pushing.ping();
  await pushing.rpush('queue', 'job');
  expect(await popped).toEqual(['queue', 'job']);
});

test('a subscriber hears messages and the expiry of keys', async () => {
  const [subscriber, client] = [connect(), connect()];
  const heard: string[][] = [];
  subscriber.on('message', (...message: string[]) => heard.push(message));
  await subscriber.subscribe('news', '__keyevent@0__:expired');
  expect(await client.publish('news', 'hello')).toBe(1);
  const begun = performance.now();
  await client.set('short', 'v', 'PX', 30);
  while (heard.length < 2 && performance.now() - begun < 5000) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(heard).toEqual([['news', 'hello'], ['__keyevent@0__:expired', 'short']]); // prettier-ignore
});

test('after a cut connection the client comes back, subscribed as before', async () => {
  const [subscriber, client] = [connect(), connect()];
  await subscriber.subscribe('news');
  await client.set('k', 'v');
  const again = [once(subscriber, 'ready'), once(client, 'ready')];
  for (const socket of sockets) socket.destroy();
  await Promise.all(again);
  expect(await client.get('k')).toBe('v');
  const message = once(subscriber, 'message');
  while ((await client.publish('news', 'back')) === 0) await client.ping();
  expect(await message).toEqual(['news', 'back']);
});

test('pipelined commands are answered in order', async () => {
  const client = connect();
  const answers = await Promise.all(Array.from({ length: 500 }, () => client.incr('n')));
  expect(answers).toEqual(Array.from({ length: 500 }, (_, at) => at + 1));
});
