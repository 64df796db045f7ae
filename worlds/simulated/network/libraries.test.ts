import { beforeAll, expect, it } from 'vitest';
import type { SimProcess } from '../kernel/process.ts';
import { preload, simulate, type Story } from '../testing/simulate.ts';

beforeAll(() => preload('web-server.ts', 'web-client.ts'));

interface Stage {
  readonly server: SimProcess;
  readonly client: SimProcess;
  readonly story: Story;
}

/** A client that makes `call` once a second for 10 s, and what happens to it and its server meanwhile. */
async function calling(call: string, meanwhile: (stage: Stage) => Promise<void> = async () => {}): Promise<string[]> {
  let said: string[] = [];
  await simulate({}, async (story) => {
    const server = story.node('server', 'web-server.ts');
    const client = story.node('client', 'web-client.ts', { CALL: call });
    server.start();
    client.start();
    await story.wait(500);
    await meanwhile({ server, client, story });
    while (client.state !== 'exited') await story.wait(100);
    said = story.said('client');
  });
  return said;
}

const CALLS = ['http', 'fastify', 'fetch', 'undici', 'grpc'];

it.each(CALLS)('%s: refused while the server is dead, served again after its restart', async (call) => {
  const said = await calling(call, async ({ server, story }) => {
    await story.wait(3000);
    server.kill();
    await story.wait(3000);
    server.start();
  });
  expect(said.slice(0, 3).every((line) => line.includes(' ok '))).toBe(true);
  expect(said.slice(3, 6).every((line) => / failed (ECONNREFUSED|UNAVAILABLE)/.test(line))).toBe(true);
  expect(said.slice(7).every((line) => line.includes(' ok '))).toBe(true);
});

it.each(CALLS)('%s: silence while the link is partitioned, then the same connection goes on', async (call) => {
  const said = await calling(call, async ({ client, server, story }) => {
    const [here, there] = [[client.options.host], [server.options.host]];
    await story.wait(3000);
    const heal = [
      story.network.apply(here, there, { kind: 'partition' }),
      story.network.apply(there, here, { kind: 'partition' }),
    ];
    await story.wait(2500);
    for (const each of heal) each();
    expect(story.network.counts(here, there).held).toBeGreaterThan(0);
  });
  expect(said.filter((line) => line.includes(' ok ')).length).toBeGreaterThanOrEqual(5);
  expect(
    said.some((line) =>
      / failed (timeout|TimeoutError|The operation was aborted due to timeout|23|DEADLINE_EXCEEDED)/.test(line),
    ),
  ).toBe(true);
});

it.each(CALLS)('%s: nothing is answered while the server is stopped, everything after', async (call) => {
  const said = await calling(call, async ({ server, story }) => {
    await story.wait(2000);
    server.pause();
    await story.wait(2000);
    server.resume();
  });
  expect(said.filter((line) => line.includes(' failed ')).length).toBeGreaterThanOrEqual(1);
  expect(said.at(-1)).toContain(' ok ');
});

it('fails a call on an unknown host and one on a dead port, each with its code', async () => {
  await simulate({}, async (story) => {
    const client = story.node('client', 'web-client.ts', { CALL: 'fetch', SERVER: 'nowhere', SECONDS: '1' });
    client.start();
    while (client.state !== 'exited') await story.wait(100);
    expect(story.said('client')).toEqual(['1 failed ENOTFOUND']);
  });
});

it('keeps a gRPC deadline in virtual time', async () => {
  const said = await calling('grpcLate');
  expect(new Set(said.map((line) => line.replace(/^\d+ /, '')))).toEqual(new Set(['failed DEADLINE_EXCEEDED']));
});

it('resets what is open when the link goes down, and refuses while it is', async () => {
  const said = await calling('late', async ({ client, server, story }) => {
    await story.wait(1000);
    const heal = story.network.apply([client.options.host], [server.options.host], { kind: 'down' });
    await story.wait(2000);
    heal();
  });
  expect(said[0]).toMatch(/failed ECONNRESET/);
  expect(said.some((line) => line.includes('ECONNREFUSED'))).toBe(true);
});

it('drops bytes in a blackhole and resets its connections when it is lifted', async () => {
  const said = await calling('fastify', async ({ client, server, story }) => {
    const [here, there] = [[client.options.host], [server.options.host]];
    const heal = story.network.apply(here, there, { kind: 'blackhole' });
    await story.wait(3000);
    heal();
    expect(story.network.counts(here, there).dropped).toBeGreaterThan(0);
  });
  expect(said.slice(0, 2).every((line) => line.includes('failed timeout'))).toBe(true);
  expect(said.at(-1)).toContain(' ok ');
});

it('adds latency to each message and counts it', async () => {
  const ends: number[] = [];
  for (const latencyMs of [0, 400]) {
    await simulate({}, async (story) => {
      const server = story.node('server', 'web-server.ts');
      const client = story.node('client', 'web-client.ts', { CALL: 'http', SECONDS: '1' });
      const [here, there] = [[client.options.host], [server.options.host]];
      if (latencyMs > 0) story.network.apply(here, there, { kind: 'latency', latencyMs, jitterMs: 0 });
      server.start();
      client.start();
      while (client.state !== 'exited') await story.wait(1);
      ends.push(story.simulation.now);
      expect(story.network.counts(here, there).slowed > 0).toBe(latencyMs > 0);
    });
  }
  // One way: the handshake and the request each wait.
  expect((ends[1] as number) - (ends[0] as number)).toBeGreaterThan(795);
  expect((ends[1] as number) - (ends[0] as number)).toBeLessThan(810);
});

it('holds a sender back when the receiver does not read', async () => {
  const said = await calling('big', async ({ server, story }) => {
    await story.wait(400);
    server.pause();
    await story.wait(1500);
    server.resume();
  });
  expect(said[0]).toMatch(/ok {"bytes":2000011}/);
});

it('keeps the time-outs of a node http server in virtual time', async () => {
  await simulate({}, async (story) => {
    const server = story.node('server', 'web-server.ts');
    server.start();
    await story.wait(10);
    const { connect } = await import('node:net');
    const closedAfter = (first: string): Promise<string> =>
      new Promise((resolve) => {
        const begun = story.simulation.now;
        const socket = connect({ host: 'server', port: 8081 });
        let reply = '';
        socket.on('connect', () => socket.write(first));
        socket.on('data', (chunk: Buffer) => (reply += chunk.toString()));
        socket.on('close', () =>
          resolve(`${Math.round((story.simulation.now - begun) / 100) / 10} ${reply.split('\r\n')[0]}`),
        );
        socket.on('error', () => {});
      });
    const answers = Promise.all([
      closedAfter('GET / HTTP/1.1\r\nHost: server\r\n'), // headers never end
      closedAfter('GET / HTTP/1.1\r\nHost: server\r\n\r\n'), // then idle: keep-alive
    ]);
    await story.wait(20_000);
    expect(await answers).toEqual([
      '5 HTTP/1.1 408 Request Timeout',
      expect.stringMatching(/^(2|3) HTTP\/1.1 200 OK$/),
    ]);
  });
});

it('refuses what is not simulated, with an error that says so', async () => {
  const tls = (await import('node:tls')).default;
  const dgram = (await import('node:dgram')).default;
  const net = (await import('node:net')).default;
  await simulate({}, async () => {
    expect(() => tls.connect({ port: 1 })).toThrow(/TLS is not simulated/);
    expect(() => dgram.createSocket('udp4')).toThrow(/UDP is not simulated/);
    expect(() => net.connect('a.socket')).toThrow(/unix socket is not simulated/);
  });
});
