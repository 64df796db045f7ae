import { expect, test } from 'vitest';
import { crashLoop } from './process-crash-loop.ts';
import { fakeStage } from './testing/fake-stage.ts';

test('a process dies after each start, until it is healed and left alone', async () => {
  const { stage, counts, states } = fakeStage();
  const slept: { readonly ms: number; readonly go: () => void }[] = [];
  Object.assign(stage.running, {
    clock: { sleep: (ms: number) => new Promise<void>((go) => slept.push({ ms, go })) },
  });
  const passed = async (): Promise<number> => {
    const next = slept.shift();
    next?.go();
    await new Promise((resolve) => setImmediate(resolve));
    return next?.ms ?? 0;
  };
  const active = await crashLoop('service', { upMs: 2000, downMs: 500 }).inject(stage);
  await new Promise((resolve) => setImmediate(resolve));
  expect(states['service']).toBe('exited');
  expect([await passed(), states['service']]).toEqual([500, 'running']);
  expect([await passed(), states['service']]).toEqual([2000, 'exited']);
  Object.assign(counts['service'] ?? {}, { exits: 1, starts: 1 });
  expect(await active.witness()).toBeUndefined();
  Object.assign(counts['service'] ?? {}, { exits: 2, starts: 1 });
  expect((await active.witness())?.seen).toBe('2 ends and 1 starts of service');
  const healing = active[Symbol.asyncDispose]();
  await passed();
  await healing;
  expect([states['service'], slept.length]).toEqual(['running', 0]);
  expect(await active.healed()).toBe(true);
});
