import { expect, test } from 'vitest';
import { kill, terminate } from './process-kill.ts';
import { pause } from './process-pause.ts';
import { fakeStage } from './testing/fake-stage.ts';

test.each([kill, terminate])('%o: the process is gone, and starts again when healed', async (fault) => {
  const { stage, states } = fakeStage();
  const active = await fault('redis').inject(stage);
  expect(states['redis']).toBe('exited');
  expect(await active.witness()).toEqual({
    seen: 'redis exited, nothing answered since',
    figures: { exited: 1, answered: 0 },
  });
  expect(await active.healed()).toBe(false);
  await active[Symbol.asyncDispose]();
  expect(await active.healed()).toBe(true);
});

test('a kill that something answered after left no trace', async () => {
  const { stage, counts } = fakeStage();
  const active = await kill('redis').inject(stage);
  counts['redis'] = Object.assign(counts['redis'] ?? {}, { answered: 1 });
  expect(await active.witness()).toBeUndefined();
});

test('a kill of a whole kills each of its parts', async () => {
  const { stage, states } = fakeStage();
  await kill('jobs').inject(stage);
  expect(states).toMatchObject({ 'jobs-a': 'exited', 'jobs-b': 'exited', service: 'running' });
});

test('healing twice starts once: what has been killed since stays dead', async () => {
  const { stage, states } = fakeStage();
  const active = await kill('redis').inject(stage);
  await active[Symbol.asyncDispose]();
  states['redis'] = 'exited';
  await active[Symbol.asyncDispose]();
  expect(states['redis']).toBe('exited');
});

test('a pause is witnessed by its silence and by what was held back', async () => {
  const { stage, counts } = fakeStage();
  const active = await pause('service').inject(stage);
  expect((await active.witness())?.figures).toEqual({ held: 0, answered: 0 });
  Object.assign(counts['service'] ?? {}, { heldWhilePaused: 3 });
  expect((await active.witness())?.seen).toBe('service paused, 3 events held back, nothing answered');
  Object.assign(counts['service'] ?? {}, { answered: 1 });
  expect(await active.witness()).toBeUndefined();
});

test('a paused process that was restarted by another is healed, and is not resumed', async () => {
  const { stage, states } = fakeStage();
  const active = await pause('service').inject(stage);
  expect(await active.healed()).toBe(false);
  states['service'] = 'running';
  expect(await active.healed()).toBe(true);
  await active[Symbol.asyncDispose]();
  expect(states['service']).toBe('running');
});
