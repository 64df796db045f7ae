import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { Ms, Stage } from '../contract/index.ts';
import { loadBurst } from './load-burst.ts';

/** A stage whose clock goes on by itself, and whose metrics are what the test says. */
function stage(): { stage: Stage; exhausted: number | undefined; now: Ms } {
  const state = { now: 0, exhausted: undefined as number | undefined, stage: undefined as unknown as Stage };
  const clock = {
    now: () => state.now,
    sleep: async (ms: Ms) => {
      await turn();
      state.now += ms;
    },
  };
  const metrics = { at: async () => state.exhausted };
  state.stage = { running: { clock, metrics } } as unknown as Stage;
  return state;
}

/** Time enough for some calls: the clock goes on at each turn of the loop. */
async function someTurns(): Promise<void> {
  for (let left = 20; left > 0; left -= 1) await turn();
}

it('calls come until it is healed; it bit when the metrics say so; it is healed when all are answered', async () => {
  const world = stage();
  let arrivals = 0;
  const answers: (() => void)[] = [];
  const burst = loadBurst('pool', {
    title: 'burst',
    everyMs: 1000,
    exhausted: 'waited',
    arrive: () => {
      arrivals += 1;
      return new Promise((resolve) => answers.push(resolve));
    },
  });
  const active = await burst.inject(world.stage);
  await vi.waitUntil(() => arrivals > 2);
  expect(await active.witness()).toBeUndefined(); // nothing was exhausted
  world.exhausted = 0;
  expect(await active.witness()).toBeUndefined();
  world.exhausted = 0.25;
  expect((await active.witness())?.figures).toMatchObject({ value: 0.25 });
  await active[Symbol.asyncDispose]();
  await active[Symbol.asyncDispose]();
  const made = arrivals;
  await someTurns();
  expect(arrivals).toBe(made);
  expect(await active.healed()).toBe(false); // calls are under way
  for (const answer of answers) answer();
  await vi.waitUntil(() => active.healed());
});

it('calls that cannot be made are no burst', async () => {
  const world = stage();
  const burst = loadBurst('pool', {
    title: 'burst',
    everyMs: 1000,
    exhausted: 'waited',
    arrive: () => Promise.reject(new Error('no numbers')),
  });
  const active = await burst.inject(world.stage);
  await someTurns();
  await expect(active.witness()).rejects.toThrow(/"burst" could not be carried out/);
});
