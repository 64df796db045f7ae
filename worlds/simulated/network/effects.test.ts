import net from 'node:net';
import { expect, it } from 'vitest';
import type { LinkEffect } from '../../../contract/index.ts';
import { runInLife } from '../kernel/life.ts';
import { simulate, type Story } from '../testing/simulate.ts';

/** A server at port 7 that says when its connections' data and ends have come; `send` writes from the client and ends. */
async function talk(story: Story, effect: LinkEffect, ...chunks: readonly number[]) {
  const [client, server] = ['client', 'server'].map((name) => {
    const process = story.node(name, { kind: 'builtin', start: () => {} });
    process.start();
    return process;
  });
  if (client?.life === undefined || server?.life === undefined) throw new Error('the machines do not run');
  await story.wait(1);
  const came: (readonly [what: string, at: number])[] = [];
  runInLife(server.life, () =>
    net
      .createServer({ allowHalfOpen: true }, (socket) => {
        socket.on('data', (chunk) => came.push([`${chunk.length} bytes`, story.simulation.now]));
        socket.on('end', () => came.push(['end', story.simulation.now]));
      })
      .listen(7),
  );
  await story.wait(1);
  const heal = story.network.apply([client.options.host], [server.options.host], effect);
  let begun = 0;
  runInLife(client.life, () => {
    const socket = net.connect({ host: 'server', port: 7 });
    socket.on('connect', () => {
      begun = story.simulation.now;
      for (const bytes of chunks) socket.write(Buffer.alloc(bytes));
      socket.end();
    });
  });
  await story.wait(10_000);
  heal();
  const counts = story.network.counts([client.options.host], [server.options.host]);
  return { came: came.map(([what, at]) => [what, Math.round((at - begun) / 10) * 10] as const), counts };
}

it('lets as many bytes through as the bandwidth allows, one after another', async () => {
  await simulate({}, async (story) => {
    const { came, counts } = await talk(story, { kind: 'bandwidth', kilobytesPerSecond: 100 }, 50_000, 100_000);
    const bytes = came.filter(([what]) => what !== 'end');
    expect(bytes.at(-1)?.[1]).toBe(1500);
    expect(counts.slowed).toBeGreaterThan(0);
  });
});

it('passes the end of a connection on late, and what was sent before it in time', async () => {
  await simulate({}, async (story) => {
    const { came, counts } = await talk(story, { kind: 'slow-close', delayMs: 700 }, 10);
    expect(came).toEqual([
      ['10 bytes', 0],
      ['end', 700],
    ]);
    expect(counts.lingering).toBe(1);
  });
});

it('sends again what a process left under way that has died meanwhile, and tells its peer of the end', async () => {
  await simulate({}, async (story) => {
    const [client, server] = ['client', 'server'].map((name) => {
      const process = story.node(name, { kind: 'builtin', start: () => {} });
      process.start();
      return process;
    });
    await story.wait(1);
    const came: string[] = [];
    runInLife(server?.life, () =>
      net
        .createServer((socket) => {
          socket.on('data', (chunk) => came.push(`${chunk.length} bytes`));
          socket.on('error', (error: NodeJS.ErrnoException) => came.push(String(error.code)));
        })
        .listen(7),
    );
    await story.wait(1);
    const socket = runInLife(client?.life, () => net.connect({ host: 'server', port: 7 }));
    await story.wait(100);
    const hosts = [client, server].flatMap((each) => (each === undefined ? [] : [each.options.host]));
    const heal = story.network.apply(hosts, hosts, { kind: 'partition' });
    runInLife(client?.life, () => socket.write(Buffer.alloc(10)));
    await story.wait(1000);
    client?.kill();
    await story.wait(1000);
    heal();
    await story.wait(10_000);
    expect(came).toEqual(['10 bytes', 'ECONNRESET']);
  });
});
