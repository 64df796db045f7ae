import { describe, expect, test } from 'vitest';
import type { Operation } from '../contract/index.ts';
import { expired } from './data-expired.ts';
import { scarce } from './data-scarce.ts';
import { tamper } from './storage-tamper.ts';
import { fakeStage } from './testing/fake-stage.ts';
import { timePasses } from './time-passes.ts';

const DAY_MS = 86_400_000;

/** A stage with a history and a clock on which nothing takes time. */
function stageOf(): ReturnType<typeof fakeStage> {
  const fake = fakeStage();
  const invoke = (process: string, name: string, input: Operation['input']): unknown => {
    const operation = { id: fake.operations.length, process, name, input, invokedAt: 0, outcome: 'info' } as const;
    fake.operations.push(operation);
    return { ok: () => {} };
  };
  Object.assign(fake.stage.history, { invoke });
  Object.assign(fake.stage.running, { clock: { now: () => 0, sleep: async () => {} } });
  return fake;
}

test('time passes, stays when the fault is lifted, and is put back in the end', async () => {
  const { stage, skews, operations } = stageOf();
  skews['service'] = 5;
  const active = await timePasses('a day passes', ['service', 'redis'], async () => DAY_MS).inject(stage);
  expect((await active.witness())?.seen).toBe('2 clocks are 86400 s on');
  await active[Symbol.asyncDispose]();
  expect(skews).toEqual({ service: DAY_MS + 5, redis: DAY_MS });
  await active.putBack?.();
  expect(skews).toEqual({ service: 5, redis: 0 });
  expect(operations.map(({ name, input }) => [name, input['byMs']])).toEqual([['step-clocks', DAY_MS]]);
});

describe('something that expires', () => {
  test('has so much left at each step, and is renewed when the fault is lifted', async () => {
    const { stage, skews } = stageOf();
    let end = 90 * DAY_MS;
    const met: number[] = [];
    const active = await expired({
      title: 'let it run out',
      target: 'it',
      clocks: ['service'],
      steps: [61 * DAY_MS, 7 * DAY_MS, 0],
      left: async () => end - (skews['service'] ?? 0),
      at: async (_stage, left) => {
        met.push(left / DAY_MS);
      },
      renew: async () => {
        end += 365 * DAY_MS;
      },
    }).inject(stage);
    expect((await active.witness())?.figures['daysLeft']).toBeLessThanOrEqual(61);
    expect(await active.healed()).toBe(false);
    await active[Symbol.asyncDispose]();
    expect(met).toEqual([61, 7, 0]);
    expect(active.over?.()).toBe(true);
    expect(await active.healed()).toBe(true);
    await active.putBack?.();
    expect(skews['service']).toBe(0);
  });

  test('whose steps cannot be carried out is an error of the run', async () => {
    const { stage } = stageOf();
    const active = await expired({
      title: 'let it run out',
      target: 'it',
      clocks: ['service'],
      steps: [0],
      left: async () => 0,
      at: () => Promise.reject(new Error('no')),
      renew: async () => {},
    }).inject(stage);
    await active[Symbol.asyncDispose]();
    expect(() => active.over?.()).toThrow('"let it run out" could not be carried out');
  });
});

test('a pool is used up to each share, and filled again when the fault is lifted', async () => {
  const { stage } = stageOf();
  const pool = { left: 20, total: 20 };
  const met: number[] = [];
  const active = await scarce({
    title: 'use it up',
    target: 'pool',
    steps: [0.1, 0],
    everyMs: 1,
    left: async () => ({ ...pool }),
    takeOne: async () => {
      pool.left -= 1;
    },
    at: async () => {
      met.push(pool.left);
    },
    refill: async () => {
      pool.left += 20;
      pool.total += 20;
    },
  }).inject(stage);
  expect((await active.witness())?.seen).toContain('of 20 are left');
  expect(await active.healed()).toBe(false);
  await active[Symbol.asyncDispose]();
  expect(met).toEqual([2, 0]);
  expect(await active.healed()).toBe(true);
});

test('a pool that nobody takes from was not used up', async () => {
  const { stage } = stageOf();
  const left = async (): Promise<{ left: number; total: number }> => ({ left: 20, total: 20 });
  const idle = async (): Promise<void> => {};
  const steps = [0.1];
  const fault = scarce({
    title: 'use it up',
    target: 'pool',
    steps,
    everyMs: 1,
    left,
    takeOne: idle,
    at: idle,
    refill: idle,
  });
  expect(await (await fault.inject(stage)).witness()).toBeUndefined();
});

describe('a row that was changed', () => {
  const tampering = (store: { value: string }): Parameters<typeof tamper<{ was: string }>>[0] => ({
    title: 'change it',
    target: 'store',
    choose: async () => ({ name: 'row 7', was: store.value }),
    alter: async () => {
      store.value = 'forged';
    },
    intact: async (_running, { was }) => store.value === was,
    putBack: async (_running, { was }) => {
      store.value = was;
    },
  });

  test('is healed when somebody has restored it', async () => {
    const { stage, operations } = stageOf();
    const store = { value: 'true' };
    const active = await tamper(tampering(store)).inject(stage);
    expect((await active.witness())?.seen).toBe('row 7 is not as it was');
    expect(await active.healed()).toBe(false);
    store.value = 'true';
    expect(await active.healed()).toBe(true);
    expect(operations.map(({ name, input }) => [name, input['name']])).toEqual([['tamper', 'row 7']]);
  });

  test('is written as it was where nobody has', async () => {
    const { stage } = stageOf();
    const store = { value: 'true' };
    const active = await tamper(tampering(store)).inject(stage);
    await active[Symbol.asyncDispose]();
    expect(store.value).toBe('true');
  });
});
