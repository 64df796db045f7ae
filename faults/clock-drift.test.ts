import { expect, test } from 'vitest';
import { clockDrift } from './clock-drift.ts';
import { fakeStage } from './testing/fake-stage.ts';

test('a clock drifts until healed, then reads as before', async () => {
  const { stage, skews } = fakeStage();
  skews['redis'] = 5;
  const active = await clockDrift('redis', 0.01).inject(stage);
  expect(skews['redis']).toBe(15);
  expect(await active.witness()).toEqual({ seen: '1 clocks up to 10.0 ms off', figures: { skewMs: 10 } });
  expect(await active.healed()).toBe(false);
  await active[Symbol.asyncDispose]();
  await active[Symbol.asyncDispose]();
  expect(skews['redis']).toBe(5);
  expect(await active.healed()).toBe(true);
});

test('a clock that did not move is no witness', async () => {
  const { stage, skews } = fakeStage();
  const active = await clockDrift('redis', 0.01).inject(stage);
  skews['redis'] = 0;
  expect(await active.witness()).toBeUndefined();
});

test('a component that is not there is an error', async () => {
  await expect(clockDrift('moon', 0.01).inject(fakeStage().stage)).rejects.toThrow('no component moon');
});
