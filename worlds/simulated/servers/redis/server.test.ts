import { describe, expect, test } from 'vitest';
import { RedisServer } from './server.ts';
import { request } from './testing/connection.ts';
import { memorySocketPair } from './testing/memory-socket.ts';
import { VirtualHost } from './testing/virtual-host.ts';
import { settle, VirtualRedis } from './testing/virtual-redis.ts';

const EVENTS = { 'notify-keyspace-events': 'Ex' };

describe('expiry', () => {
  test('a key is there until its time and gone at it', async () => {
    const redis = new VirtualRedis();
    const client = redis.connect();
    await client.ask('SET', 'k', 'v', 'PX', '1500');
    await redis.advance(1499);
    expect(await client.ask('PTTL', 'k')).toBe(':1');
    await redis.advance(1);
    expect(await client.ask('GET', 'k')).toBe('$nil');
  });

  test('the expired event comes at the key’s time without any access', async () => {
    const redis = new VirtualRedis({ config: EVENTS });
    const observer = await redis.observe();
    await redis.connect().ask('SET', 'k', 'v', 'EX', '10');
    await redis.advance(9999);
    expect(observer.received).toEqual([]);
    await redis.advance(1);
    expect(observer.received).toEqual([['*', '$"pmessage"', '$"__key*"', '$"__keyevent@0__:expired"', '$"k"']]);
  });

  test('keys of one instant expire in the order in which their times were set', async () => {
    const redis = new VirtualRedis({ config: EVENTS });
    const observer = await redis.observe();
    const client = redis.connect();
    for (const key of ['c', 'a', 'b']) await client.ask('SET', key, 'v', 'PX', '100');
    await redis.advance(100);
    expect(observer.received.map((event) => event[4])).toEqual(['$"c"', '$"a"', '$"b"']);
  });

  test('a time that was taken back or moved does not fire', async () => {
    const redis = new VirtualRedis({ config: EVENTS });
    const observer = await redis.observe();
    const client = redis.connect();
    await client.ask('SET', 'kept', 'v', 'PX', '100');
    await client.ask('SET', 'moved', 'v', 'PX', '100');
    await client.ask('PERSIST', 'kept');
    await client.ask('PEXPIRE', 'moved', '300');
    await redis.advance(200);
    expect(observer.received).toEqual([]);
    await redis.advance(100);
    expect(observer.received.map((event) => event[4])).toEqual(['$"moved"']);
  });

  test('ten thousand keys need one timer', async () => {
    const redis = new VirtualRedis();
    const client = redis.connect();
    for (let at = 0; at < 10_000; at += 1) client.send(['SET', `k${at}`, 'v', 'PX', String(1000 + at)]);
    await client.until(10_000);
    expect(redis.host.pending).toBe(1);
    await redis.advance(6000);
    expect(await client.ask('DBSIZE')).toBe(':4999');
    expect(redis.server.stats.expired).toBe(5001);
  });

  test('an expiry farther away than Node’s longest timer is kept', async () => {
    const redis = new VirtualRedis();
    const client = redis.connect();
    await client.ask('SET', 'k', 'v', 'EX', '5000000');
    await redis.advance(4_999_999_999);
    expect(await client.ask('EXISTS', 'k')).toBe(':1');
    await redis.advance(1);
    expect(await client.ask('DBSIZE')).toBe(':0');
  });
});

describe('the single thread', () => {
  test('a reply leaves when the command’s cost has passed, and costs add up across clients', async () => {
    const redis = new VirtualRedis({ cost: (command) => (command === 'GET' ? 5 : 0) });
    const [one, two] = [redis.connect(), redis.connect()];
    one.send(['GET', 'k']);
    two.send(['GET', 'k']);
    two.send(['PING']);
    await redis.advance(4.9);
    expect([one.received, two.received]).toEqual([[], []]);
    await redis.advance(0.1);
    expect([one.received, two.received]).toEqual([['$nil'], []]);
    await redis.advance(5);
    expect(two.received).toEqual(['$nil', '+PONG']);
  });

  test('commands of a client that ended its side are still run, those of one that was cut off are not', async () => {
    const redis = new VirtualRedis({ cost: () => 5 });
    const pairs = [memorySocketPair(), memorySocketPair()] as const;
    for (const [at, [client, socket]] of pairs.entries()) {
      redis.server.accept(socket);
      client.end(request(['SET', `k${at}`, 'v']) + request(['INCR', 'n']), 'latin1');
    }
    await settle();
    pairs[1][1].destroy(new Error('reset'));
    await redis.advance(100);
    const reader = redis.connect();
    reader.send(['MGET', 'k0', 'k1', 'n']);
    await redis.advance(5);
    expect(reader.received).toEqual([['*', '$"v"', '$nil', '$"1"']]);
  });

  test('a pipelined chunk is answered by one write', () => {
    const [client, socket] = memorySocketPair();
    const server = new RedisServer({ host: new VirtualHost() });
    server.accept(socket);
    const writes: string[] = [];
    socket.write = (chunk: string): boolean => writes.push(chunk) > 0;
    socket.emit('data', Buffer.from(request(['SET', 'k', 'v']) + request(['GET', 'k']) + request(['PING'])));
    expect(writes).toEqual(['+OK\r\n$1\r\nv\r\n+PONG\r\n']);
    client.destroy();
  });

  test('a command cut into single bytes is read whole, binary value and all', async () => {
    const redis = new VirtualRedis();
    const client = redis.connect();
    const value = '\0\xff\r\n$3\r\n';
    for (const byte of request(['SET', 'k', value])) client.raw(byte);
    await client.until(1);
    expect(await client.ask('GET', 'k')).toBe(`$${JSON.stringify(value)}`);
  });

  test('what is no protocol is answered with the real server’s error and ends the connection', async () => {
    const redis = new VirtualRedis();
    const client = redis.connect();
    client.raw('*1\r\n+PING\r\n');
    await settle();
    expect(client.received).toEqual(["-ERR Protocol error: expected '$', got '+'"]);
    client.send(['PING']);
    await settle();
    expect(client.received).toHaveLength(1);
  });

  test('an inline command works', async () => {
    const redis = new VirtualRedis();
    const client = redis.connect();
    client.raw('set k "a b"\r\nget k\r\n');
    await client.until(2);
    expect(client.received).toEqual(['+OK', '$"a b"']);
  });
});

describe('waiting', () => {
  test('a blocked pop ends with nothing exactly at its time', async () => {
    const redis = new VirtualRedis();
    const client = redis.connect();
    client.send(['BLPOP', 'list', '2.5']);
    client.send(['PING']);
    await redis.advance(2499);
    expect(client.received).toEqual([]);
    await redis.advance(1);
    expect(client.received).toEqual(['*nil', '+PONG']);
  });

  test('who waits longest is served first, and a client that went away is not served', async () => {
    const redis = new VirtualRedis();
    const [gone, first, second, pusher] = [redis.connect(), redis.connect(), redis.connect(), redis.connect()];
    for (const client of [gone, first, second]) client.send(['BRPOP', 'list', '0']);
    await settle();
    gone.close();
    await settle();
    await pusher.ask('LPUSH', 'list', 'a', 'b');
    await settle();
    expect([first.received, second.received]).toEqual([[['*', '$"list"', '$"a"']], [['*', '$"list"', '$"b"']]]);
  });
});

describe('restart', () => {
  test('a snapshot carries all types and expiries into a new server', async () => {
    const before = new VirtualRedis();
    const client = before.connect();
    await client.ask('SET', 'string', 'v', 'PX', '1000');
    await client.ask('RPUSH', 'list', 'a', 'b');
    await client.ask('HSET', 'hash', 'f', 'v');
    await client.ask('SADD', 'set', 'm');
    await client.ask('ZADD', 'zset', '1.5', 'm');
    await client.ask('SELECT', '3');
    await client.ask('SET', 'elsewhere', 'v');
    const data = structuredClone(before.server.snapshot());
    before.server.close();
    expect(before.host.pending).toBe(0);
    before.host.advance(400);
    const after = new VirtualRedis({ data }, before.host);
    const reader = after.connect();
    expect(await reader.ask('PTTL', 'string')).toBe(':600');
    expect(await reader.ask('LRANGE', 'list', '0', '-1')).toEqual(['*', '$"a"', '$"b"']);
    expect(await reader.ask('HGETALL', 'hash')).toEqual(['*', '$"f"', '$"v"']);
    expect(await reader.ask('SMEMBERS', 'set')).toEqual(['*', '$"m"']);
    expect(await reader.ask('ZSCORE', 'zset', 'm')).toBe('$"1.5"');
    expect(after.server.snapshot()).toEqual(data);
  });

  test('a closed server is silent', async () => {
    const redis = new VirtualRedis();
    const client = redis.connect();
    client.send(['BLPOP', 'list', '1']);
    await settle();
    redis.server.close();
    client.send(['PING']);
    await redis.advance(5000);
    expect(client.received).toEqual([]);
  });
});

describe('configuration', () => {
  test.each([
    ['Ex', 'xE'],
    ['KEA', 'AKE'],
    ['g$lshzxetdKE', 'AKE'],
    ['KExge$', 'g$xeKE'],
    ['mnAK', 'AKm'],
    ['', ''],
  ])('notify-keyspace-events %j reads back as %j', async (given, read) => {
    const redis = new VirtualRedis({ config: { 'notify-keyspace-events': given } });
    expect(await redis.connect().ask('CONFIG', 'GET', 'notify*')).toEqual([
      '*',
      '$"notify-keyspace-events"',
      `$"${read}"`,
    ]);
  });

  test('an unknown parameter is refused at the start', () => {
    expect(() => new VirtualRedis({ config: { 'tcp-backlog': '1' } })).toThrow(
      "Unknown option or number of arguments for CONFIG SET - 'tcp-backlog'",
    );
  });

  test('over maxmemory without eviction a write is refused and a read is not', async () => {
    const redis = new VirtualRedis();
    const client = redis.connect();
    await client.ask('SET', 'k', 'v'.repeat(500));
    await client.ask('CONFIG', 'SET', 'maxmemory', '400');
    expect(await client.ask('SET', 'other', 'v')).toBe("-OOM command not allowed when used memory > 'maxmemory'.");
    expect(await client.ask('STRLEN', 'k')).toBe(':500');
    expect(await client.ask('DEL', 'k')).toBe(':1');
    expect(await client.ask('SET', 'other', 'v')).toBe('+OK');
  });

  test('volatile-ttl evicts what expires soonest, with an event, and nothing without an expiry', async () => {
    const redis = new VirtualRedis({ config: { 'notify-keyspace-events': 'Ee', 'maxmemory-policy': 'volatile-ttl' } });
    const observer = await redis.observe();
    const client = redis.connect();
    await client.ask('SET', 'forever', 'v'.repeat(100));
    await client.ask('SET', 'late', 'v'.repeat(100), 'EX', '900');
    await client.ask('SET', 'soon', 'v'.repeat(100), 'EX', '30');
    await client.ask('CONFIG', 'SET', 'maxmemory', '400');
    await client.ask('SET', 'new', 'v');
    expect(observer.received.map((event) => [event[3], event[4]])).toEqual([['$"__keyevent@0__:evicted"', '$"soon"']]);
    expect(await client.ask('EXISTS', 'forever', 'late', 'new')).toBe(':3');
  });

  test('equal seeds draw equal keys', async () => {
    const draws = await Promise.all(
      [1, 2].map(async () => {
        const client = new VirtualRedis().connect();
        await client.ask('MSET', 'a', '1', 'b', '2', 'c', '3', 'd', '4');
        const drawn: unknown[] = [];
        for (let at = 0; at < 20; at += 1) drawn.push(await client.ask('RANDOMKEY'));
        return drawn;
      }),
    );
    expect(draws[0]).toEqual(draws[1]);
    expect(new Set(draws[0]).size).toBe(4);
  });
});

describe('cursors', () => {
  test('SCAN shows each key that stays exactly once while others come and go', async () => {
    const client = new VirtualRedis().connect();
    for (let at = 0; at < 50; at += 1) await client.ask('SET', `k${at}`, 'v');
    const seen: string[] = [];
    let cursor = '0';
    do {
      const [, next, keys = []] = await client.ask('SCAN', cursor, 'COUNT', '7');
      seen.push(...Array.from(keys, String).slice(1));
      cursor = String(next).replaceAll(/[$"]/g, '');
      await client.ask('DEL', 'k3', 'k4', `new${seen.length - 7}`);
      await client.ask('SET', `new${seen.length}`, 'v');
    } while (cursor !== '0');
    const stayed = Array.from({ length: 50 }, (_, at) => `$"k${at}"`).filter(
      (key) => !['$"k3"', '$"k4"'].includes(key),
    );
    for (const key of stayed) expect(seen.filter((name) => name === key)).toHaveLength(1);
  });
});

test('a command that the server lacks is answered as an unknown one', async () => {
  const client = new VirtualRedis().connect();
  expect(await client.ask('EVAL', 'return 1', '0')).toBe(
    "-ERR unknown command 'EVAL', with args beginning with: 'return 1' '0' ",
  );
});
