import { describe, expect, test } from 'vitest';
import type { Operation } from '../contract/index.ts';
import { all } from './all.ts';
import { clientMisuse } from './client-misuse.ts';
import { clockJump } from './clock-jump.ts';
import { partition } from './link-partition.ts';
import { kill } from './process-kill.ts';
import { configValue, redisConfig } from './redis-config.ts';
import { notificationsOff } from './redis-notifications-off.ts';
import { fakeStage } from './testing/fake-stage.ts';

describe('Redis', () => {
  test('notifications are off until healed, then as they were', async () => {
    const { stage, config } = fakeStage();
    const active = await notificationsOff('redis').inject(stage);
    expect(config['notify-keyspace-events']).toBe('');
    expect((await active.witness())?.seen).toContain('notify-keyspace-events is empty, was Ex');
    await active[Symbol.asyncDispose]();
    expect(config['notify-keyspace-events']).toBe('Ex');
    expect(await active.healed()).toBe(true);
  });

  test('notifications that were off before cannot be lost', async () => {
    const { stage, config } = fakeStage();
    config['notify-keyspace-events'] = '';
    expect(await (await notificationsOff('redis').inject(stage)).witness()).toBeUndefined();
  });

  test('a setting is changed, and put back when healed', async () => {
    const { stage, config } = fakeStage();
    const active = await redisConfig('redis', 'maxmemory', '1').inject(stage);
    expect((await active.witness())?.seen).toBe('CONFIG GET maxmemory is "1", was "0"');
    await active[Symbol.asyncDispose]();
    expect(config['maxmemory']).toBe('0');
  });

  test('a setting that it does not have is an error', async () => {
    await expect(redisConfig('redis', 'moon', '1').inject(fakeStage().stage)).rejects.toThrow(
      'redis has no setting moon',
    );
  });

  test.each([[['a', '1']], [new Map([['a', '1']])], [{ a: '1' }]])('the answer %o is read', (answer) => {
    expect(configValue(answer, 'a')).toBe('1');
    expect(configValue(answer, 'b')).toBeUndefined();
  });
});

test('a clock jump steps the clocks named, and back', async () => {
  const { stage, skews } = fakeStage();
  skews['redis'] = 5;
  const active = await clockJump(['service', 'redis'], 3_600_000).inject(stage);
  expect(skews).toEqual({ service: 3_600_000, redis: 3_600_005 });
  expect((await active.witness())?.seen).toBe('2 clocks read 3600 s off');
  await active[Symbol.asyncDispose]();
  expect(skews).toEqual({ service: 0, redis: 5 });
  expect(await active.healed()).toBe(true);
});

describe("a client's mistake", () => {
  const answer = (error: string): Operation => ({
    id: 0,
    process: 'p',
    name: 'reuse',
    input: {},
    invokedAt: 0,
    completedAt: 1,
    outcome: 'fail',
    error,
  });

  test('is over with its last answer, and its answers are its witness', async () => {
    const { stage, operations } = fakeStage();
    const last = Promise.withResolvers<void>();
    const fault = clientMisuse('client -> service', {
      title: 'reuse',
      run: () => last.promise,
      mistaken: ({ name }) => name === 'reuse',
      atLeast: 2,
    });
    const active = await fault.inject(stage);
    operations.push(answer('CONFLICT'));
    expect(await active.witness()).toBeUndefined();
    operations.push(answer('CONFLICT'));
    expect(await active.witness()).toEqual({ seen: '2 answered: CONFLICT', figures: { made: 2, answered: 2 } });
    expect(active.over?.()).toBe(false);
    last.resolve();
    await active[Symbol.asyncDispose]();
    expect(active.over?.()).toBe(true);
    expect(await active.healed()).toBe(true);
  });

  test('that could not be carried out is an error with its cause', async () => {
    const run = (): Promise<void> => Promise.reject(new Error('no key'));
    const active = await clientMisuse('client', { title: 'reuse', run, mistaken: () => true }).inject(
      fakeStage().stage,
    );
    await active[Symbol.asyncDispose]();
    expect(() => active.over?.()).toThrow('"reuse" could not be carried out');
  });
});

describe('several faults at once', () => {
  test('bit when each did, and are healed when each is', async () => {
    const { stage, counts, states } = fakeStage();
    const fault = all(kill('redis'), partition('service', 'jobs'));
    expect(fault.title).toBe('kill redis and cut service -> jobs');
    const active = await fault.inject(stage);
    expect(await active.witness()).toBeUndefined();
    Object.assign(counts['service -> jobs-a'] ?? {}, { held: 1 });
    expect((await active.witness())?.seen).toBe('redis exited, nothing answered since; 1 messages held back');
    await active[Symbol.asyncDispose]();
    expect(states['redis']).toBe('running');
    expect(await active.healed()).toBe(true);
  });

  test('an injection that fails heals those before it', async () => {
    const { stage, states } = fakeStage();
    await expect(all(kill('redis'), kill('moon')).inject(stage)).rejects.toThrow('no component moon');
    expect(states['redis']).toBe('running');
  });
});
