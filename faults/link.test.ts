import { describe, expect, test } from 'vitest';
import { bandwidth } from './link-bandwidth.ts';
import { blackhole } from './link-blackhole.ts';
import { linkDown } from './link-down.ts';
import { latency } from './link-latency.ts';
import { partition } from './link-partition.ts';
import { resetLink } from './link-reset.ts';
import { slowClose } from './link-slow-close.ts';
import { fakeStage } from './testing/fake-stage.ts';

describe.each([
  ['partition', partition('service', 'redis'), 'held', '2 messages held back'],
  ['down', linkDown('service', 'redis'), 'refused', '2 connections refused'],
  ['blackhole', blackhole('service', 'redis'), 'dropped', '2 messages dropped'],
  ['latency', latency('service', 'redis', { latencyMs: 200 }), 'slowed', '2 messages slowed'],
  ['bandwidth', bandwidth('service', 'redis', { kilobytesPerSecond: 1 }), 'slowed', '2 messages slowed'],
  ['slow-close', slowClose('service', 'redis', { delayMs: 700 }), 'lingering', '2 connections closed late'],
  ['reset', resetLink('service', 'redis'), 'reset', '2 connections reset'],
] as const)('%s', (kind, fault, trace, seen) => {
  test('is put on both directions and taken off when healed', async () => {
    const { stage, effects } = fakeStage();
    const active = await fault.inject(stage);
    expect(effects).toEqual({
      'service -> redis': [expect.objectContaining({ kind })],
      'redis -> service': [expect.objectContaining({ kind })],
    });
    expect(await active.healed()).toBe(false);
    await active[Symbol.asyncDispose]();
    await active[Symbol.asyncDispose]();
    expect(effects).toEqual({ 'service -> redis': [], 'redis -> service': [] });
    expect(await active.healed()).toBe(true);
  });

  test('bit when the link counted something since, and not by what it had counted before', async () => {
    const { stage, counts } = fakeStage();
    counts['service -> redis'] = { [trace]: 5 };
    const active = await fault.inject(stage);
    expect(await active.witness()).toBeUndefined();
    counts['service -> redis'][trace] = 7;
    expect((await active.witness())?.seen).toBe(seen);
  });
});

test('a fault between groups is on every link between them', async () => {
  const { stage, effects } = fakeStage();
  const fault = partition(['service', 'jobs'], 'redis');
  expect(fault.title).toBe('cut service, jobs -> redis');
  await fault.inject(stage);
  expect(Object.keys(effects)).toEqual([
    'service -> redis',
    'redis -> service',
    'jobs-a -> redis',
    'redis -> jobs-a',
    'jobs-b -> redis',
    'redis -> jobs-b',
  ]);
});
