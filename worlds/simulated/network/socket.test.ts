import net from 'node:net';
import { expect, it } from 'vitest';
import { runInLife } from '../kernel/life.ts';
import type { SimProcess } from '../kernel/process.ts';
import { simulate, type Story } from '../testing/simulate.ts';

/** A machine whose program the test writes in place: what it does runs in its name. */
function machine(story: Story, name: string): { readonly process: SimProcess; run<T>(work: () => T): T } {
  const process = story.node(name, { kind: 'builtin', start: () => {} });
  process.start();
  return {
    process,
    run: (work) => {
      if (process.life === undefined) throw new Error(`${name} does not run`);
      return runInLife(process.life, work);
    },
  };
}

/** Two machines, the second with a server at port 7 that `serve` is given the connections of. */
async function pair(
  story: Story,
  options: net.ServerOpts,
  serve: (socket: net.Socket) => void,
): Promise<{ client: ReturnType<typeof machine>; server: ReturnType<typeof machine> }> {
  const [client, server] = [machine(story, 'client'), machine(story, 'server')];
  await story.wait(1);
  server.run(() => net.createServer(options, serve).listen(7));
  await story.wait(1);
  return { client, server };
}

it('half-closes: what the server sends after the client has finished still arrives', async () => {
  await simulate({}, async (story) => {
    const { client } = await pair(story, { allowHalfOpen: true }, (socket) => {
      let asked = '';
      socket.on('data', (chunk: Buffer) => (asked += chunk.toString()));
      socket.on('end', () => setTimeout(() => socket.end(`you said ${asked}`), 500));
    });
    const heard: string[] = [];
    client.run(() => {
      const socket = net.connect({ host: 'server', port: 7 });
      socket.on('connect', () => socket.end('hello'));
      socket.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
      socket.on('close', (hadError) => heard.push(`closed ${hadError}`));
    });
    await story.wait(1000);
    expect(heard).toEqual(['you said hello', 'closed false']);
  });
});

it('holds a writer back: no more than a window is under way while the reader does not read', async () => {
  await simulate({}, async (story) => {
    let reader: net.Socket | undefined;
    const { client } = await pair(story, { pauseOnConnect: false }, (socket) => {
      reader = socket;
      socket.pause();
    });
    const chunk = Buffer.alloc(64 * 1024);
    let accepted = 0;
    client.run(() => {
      const socket = net.connect({ host: 'server', port: 7 });
      const write = (left: number): void => {
        if (left === 0) return;
        socket.write(chunk, () => {
          accepted += 1;
          write(left - 1);
        });
      };
      socket.on('connect', () => write(100));
    });
    await story.wait(1000);
    expect(accepted).toBeGreaterThan(0);
    expect(accepted * chunk.length).toBeLessThan(1024 * 1024);
    reader?.resume();
    await story.wait(1000);
    expect(accepted).toBe(100);
    expect(reader?.bytesRead).toBe(100 * chunk.length);
  });
});

it('emits timeout after silence in both directions, and not while there is traffic', async () => {
  await simulate({}, async (story) => {
    const { client } = await pair(story, {}, (socket) => socket.resume());
    const events: string[] = [];
    client.run(() => {
      const socket = net.connect({ host: 'server', port: 7 });
      socket.setTimeout(1000, () => events.push(`timeout at ${Math.round(story.simulation.now)}`));
      for (const at of [500, 1200, 1900]) setTimeout(() => socket.write('x'), at);
    });
    const begun = Math.round(story.simulation.now);
    await story.wait(5000);
    expect(events).toEqual([`timeout at ${begun + 2900}`]);
  });
});

it('cannot reach an address where no machine is', async () => {
  await simulate({}, async (story) => {
    const client = machine(story, 'client');
    await story.wait(1);
    const codes: string[] = [];
    client.run(() =>
      net
        .connect({ host: '10.9.9.9', port: 7 })
        .on('error', (error: NodeJS.ErrnoException) => codes.push(String(error.code))),
    );
    await story.wait(10_000);
    expect(codes).toEqual(['EHOSTUNREACH']);
  });
});

it('refuses a second listener at one port', async () => {
  await simulate({}, async (story) => {
    const { server } = await pair(story, {}, () => {});
    const codes: string[] = [];
    server.run(() =>
      net
        .createServer()
        .listen(7)
        .on('error', (error: NodeJS.ErrnoException) => codes.push(String(error.code))),
    );
    await story.wait(10);
    expect(codes).toEqual(['EADDRINUSE']);
  });
});

it('gives a connect up after the SYNs of about two minutes, and counts them', async () => {
  await simulate({}, async (story) => {
    const { client, server } = await pair(story, {}, () => {});
    const [here, there] = [[client.process.options.host], [server.process.options.host]];
    story.network.apply(here, there, { kind: 'partition' });
    const codes: string[] = [];
    client.run(() =>
      net
        .connect({ host: 'server', port: 7 })
        .on('error', (error: NodeJS.ErrnoException) => codes.push(String(error.code))),
    );
    await story.wait(120_000);
    expect(codes).toEqual([]);
    await story.wait(20_000);
    expect(codes).toEqual(['ETIMEDOUT']);
    expect(story.network.counts(here, there).held).toBeGreaterThan(5);
  });
});

it('partitions one direction only: requests arrive, answers do not', async () => {
  await simulate({}, async (story) => {
    const served: string[] = [];
    const { client, server } = await pair(story, {}, (socket) => {
      socket.on('data', (chunk: Buffer) => {
        served.push(chunk.toString());
        socket.write('answer');
      });
      socket.on('error', () => {});
    });
    const heard: string[] = [];
    client.run(() => {
      const socket = net.connect({ host: 'server', port: 7 });
      socket.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
      socket.on('connect', () => setTimeout(() => socket.write('question'), 100));
    });
    await story.wait(50);
    const heal = story.network.apply([server.process.options.host], [client.process.options.host], {
      kind: 'partition',
    });
    await story.wait(1000);
    expect([served, heard]).toEqual([['question'], []]);
    heal();
    await story.wait(1000);
    expect(heard).toEqual(['answer']);
  });
});

it('resets open connections, and new ones at their first data, while the effect lasts', async () => {
  await simulate({}, async (story) => {
    const { client, server } = await pair(story, {}, (socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.write('answer'));
    });
    const events: string[] = [];
    const ask = (name: string): void =>
      client.run(() => {
        const socket = net.connect({ host: 'server', port: 7 });
        socket.on('connect', () => {
          events.push(`${name} connected`);
          socket.write('question');
        });
        socket.on('data', () => events.push(`${name} answered`));
        socket.on('error', (error: NodeJS.ErrnoException) => events.push(`${name} ${error.code}`));
      });
    ask('first');
    await story.wait(100);
    const heal = story.network.apply([client.process.options.host], [server.process.options.host], { kind: 'reset' });
    await story.wait(100);
    ask('second');
    await story.wait(100);
    heal();
    ask('third');
    await story.wait(100);
    expect(events).toEqual([
      'first connected', 'first answered', 'first ECONNRESET',
      'second connected', 'second ECONNRESET',
      'third connected', 'third answered',
    ]); // prettier-ignore
  });
});

it('spreads latency by the jitter, other for each message, the same for one seed', async () => {
  const runs: number[][] = [];
  for (let run = 0; run < 2; run += 1) {
    await simulate({ seed: 5 }, async (story) => {
      const arrivals: number[] = [];
      const { client, server } = await pair(story, {}, (socket) =>
        socket.on('data', () => arrivals.push(story.simulation.now)),
      );
      story.network.apply([client.process.options.host], [server.process.options.host], {
        kind: 'latency',
        latencyMs: 100,
        jitterMs: 50,
      });
      const sent: number[] = [];
      client.run(() => {
        const socket = net.connect({ host: 'server', port: 7 });
        socket.on('connect', () => {
          for (let n = 1; n <= 10; n += 1) {
            setTimeout(() => {
              sent.push(story.simulation.now);
              socket.write('x');
            }, n * 1000);
          }
        });
      });
      await story.wait(12_000);
      runs.push(arrivals.map((at, n) => at - (sent[n] ?? 0)));
    });
  }
  const [first = [], second = []] = runs;
  expect(first).toEqual(second);
  expect(first).toHaveLength(10);
  expect(Math.min(...first)).toBeGreaterThan(49);
  expect(Math.max(...first)).toBeLessThan(151);
  expect(new Set(first.map(Math.round)).size).toBeGreaterThan(5);
});

it('makes a dead machine refuse at once and a stopped one accept in silence', async () => {
  await simulate({}, async (story) => {
    const { client, server } = await pair(story, {}, (socket) => socket.write('welcome'));
    const events: string[] = [];
    const call = (): void =>
      client.run(() => {
        const socket = net.connect({ host: 'server', port: 7 });
        socket.on('connect', () => events.push('connected'));
        socket.on('data', (chunk: Buffer) => events.push(chunk.toString()));
        socket.on('error', (error: NodeJS.ErrnoException) => events.push(String(error.code)));
      });
    server.process.pause();
    call();
    await story.wait(1000);
    expect(events).toEqual(['connected']);
    server.process.resume();
    await story.wait(10);
    expect(events).toEqual(['connected', 'welcome']);
    server.process.kill();
    await story.wait(10);
    expect(events.slice(2)).toEqual(['ECONNRESET']);
    call();
    await story.wait(10);
    expect(events.slice(3)).toEqual(['ECONNREFUSED']);
  });
});

it('resets what a stopped machine has accepted and never heard of when it dies', async () => {
  await simulate({}, async (story) => {
    const { client, server } = await pair(story, {}, () => {});
    server.process.pause();
    const heard: string[] = [];
    client.run(() => {
      const socket = net.connect({ host: 'server', port: 7 });
      socket.on('connect', () => heard.push('connected'));
      socket.on('error', (error: NodeJS.ErrnoException) => heard.push(String(error.code)));
    });
    await story.wait(100);
    expect(heard).toEqual(['connected']);
    server.process.kill();
    await story.wait(100);
    expect(heard).toEqual(['connected', 'ECONNRESET']);
  });
});
