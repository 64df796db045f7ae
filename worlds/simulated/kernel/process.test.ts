import { beforeAll, expect, it } from 'vitest';
import { preload, simulate, type Story } from '../testing/simulate.ts';
import type { SimProcess } from './process.ts';

beforeAll(() => preload('programs.ts'));

/** Runs one program of fixtures/programs.ts. */
async function program(
  name: string,
  story: (node: SimProcess, stage: Story) => Promise<void>,
  options: Parameters<typeof simulate>[0] = {},
) {
  return simulate(options, async (stage) => {
    const node = stage.node('node', 'programs.ts', { PROGRAM: name, NAME: 'given' });
    node.start();
    await story(node, stage);
  });
}

it('gives each life a module graph, an environment and a host of its own', async () => {
  await program('state', async (node, { node: make, wait, said }) => {
    const other = make('other', 'programs.ts', { PROGRAM: 'state', NAME: 'other', KEY: 'value' });
    other.start();
    await wait(100);
    node.kill();
    node.start();
    await wait(100);
    expect(said('node')).toEqual(['1 given node 2 false', '1 given node 2 false']);
    expect(said('other')).toEqual(['1 other other 2 true']);
  });
});

it('is not started while what it runs on is being made anew, whoever asks', async () => {
  await program('state', async (node, { wait, said }) => {
    await wait(100);
    node.beingMade = true;
    node.kill();
    node.start();
    await wait(100);
    expect(node.state).toBe('exited');
    node.beingMade = false;
    node.start();
    await wait(100);
    expect(said('node')).toHaveLength(2);
  });
});

it('ends by itself with code 0 when nothing keeps it alive; an unreferenced timer does not', async () => {
  await program('ends', async (node, { wait, said }) => {
    await wait(900);
    expect(node.state).toBe('running');
    await wait(200);
    expect([node.state, node.life?.exit, said('node')]).toEqual(['exited', { code: 0, signal: undefined }, ['last']]);
  });
});

it('ends with process.exitCode', async () => {
  await program('exitCode', async (node, { wait }) => {
    await wait(10);
    expect(node.life?.exit).toEqual({ code: 3, signal: undefined });
  });
});

it('exits at process.exit: handlers of exit run, nothing after it does', async () => {
  await program('exits', async (node, { wait, said }) => {
    await wait(200);
    expect([node.life?.exit?.code, said('node')]).toEqual([7, ['exit 7']]);
  });
});

it.each([
  ['terminates', 300, { code: 0, signal: undefined }, ['draining']],
  ['stubborn', 1000, { code: undefined, signal: 'SIGKILL' }, ['no']],
  ['plain', 0, { code: undefined, signal: 'SIGTERM' }, []],
])('ends %s after %i ms of SIGTERM, as its handler or the grace says', async (name, ms, exit, words) => {
  await program(name, async (node, { simulation, wait, said }) => {
    await wait(500);
    let ended = -1;
    node.terminate(() => {
      ended = simulation.now;
    });
    await wait(2500);
    expect([Math.round(ended - 500), node.life?.exit]).toEqual([ms, exit]);
    expect(said('node').filter((line) => !line.startsWith('tick'))).toEqual(words);
  });
});

it('runs nothing after a kill', async () => {
  await program('plain', async (node, { wait, said }) => {
    await wait(2500);
    node.kill();
    await wait(5000);
    expect(said('node')).toEqual(['tick 1', 'tick 2']);
  });
});

it('runs nothing while stopped, and what came due when it goes on', async () => {
  await program('plain', async (node, { wait, said }) => {
    await wait(2500);
    node.pause();
    await wait(5000);
    expect([node.state, said('node').length, node.held]).toEqual(['paused', 2, 1]);
    node.resume();
    await wait(1100);
    expect(said('node')).toEqual(['tick 1', 'tick 2', 'tick 8', 'tick 9']);
  });
});

it.each([
  ['throws', /SyntaxError/],
  ['rejects', /Error: nobody caught me/],
])('crashes with code 1 and its stack in the log when it %s', async (name, words) => {
  await program(name, async (node, { wait, said }) => {
    await wait(200);
    expect(node.life?.exit).toEqual({ code: 1, signal: undefined });
    expect(said('node')[0]).toMatch(words);
    expect(said('node').some((line) => line.includes('programs.ts:'))).toBe(true);
    expect(said('node')).toContainEqual(expect.stringMatching(/^Node\.js v\d+\.\d+\.\d+$/));
  });
});

it('lives on when it handles uncaughtException', async () => {
  await program('catches', async (_node, { wait, said }) => {
    await wait(300);
    expect(said('node')).toEqual(['caught ouch', 'goes on']);
  });
});

it('steps and drifts the wall clock of one process, never its monotonic time', async () => {
  await program('clock', async (node, { wait, said }) => {
    await wait(5000);
    node.options.clock.jump(3_600_000);
    await wait(6000);
    node.options.clock.drift(0.5);
    await wait(10_000);
    expect(said('node')).toEqual(['3610000 10000', '3624500 20000']);
  });
});

it('draws randomness from the seed, other in each life, the same in each run', async () => {
  const runs: string[][] = [];
  for (const seed of [1, 1, 2]) {
    await program(
      'random',
      async (node, { wait, said }) => {
        await wait(10);
        node.start();
        await wait(10);
        runs.push(said('node'));
      },
      { seed },
    );
  }
  expect(runs[0]).toEqual(runs[1]);
  expect(runs[0]).not.toEqual(runs[2]);
  expect(runs[0]?.[0]).not.toBe(runs[0]?.[1]);
});

it('names who spins at a frozen clock', async () => {
  await expect(program('spins', (_node, { wait }) => wait(1000), { eventsPerInstant: 500 })).rejects.toThrow(
    /node spins: more than 500 events at 0 ms/,
  );
});

it('stops a run at its virtual deadline', async () => {
  await expect(program('plain', (_node, { wait }) => wait(60_000), { deadline: 5000 })).rejects.toThrow(
    /virtual deadline of 5000 ms/,
  );
});

it('takes what is written to descriptors 1 and 2 into the log of the process', async () => {
  await program('raw', async (_node, { wait, said }) => {
    await wait(10);
    expect(said('node')).toEqual(['half a line', 'to stderr']);
  });
});

// Last: what it began completes in real time, after the run.
it('reports native I/O with the line that did it', async () => {
  await expect(program('native', (_node, { wait }) => wait(100))).rejects.toThrow(
    /FSREQPROMISE: real asynchronous work[\s\S]*programs\.ts/,
  );
});
