import { beforeAll, expect, it } from 'vitest';
import type { RedisSpec } from '../../../../contract/index.ts';
import type { SimProcess } from '../../kernel/process.ts';
import { preload, simulate, type Story } from '../../testing/simulate.ts';
import { redisProgram } from './component.ts';

beforeAll(() => preload('redis-client.ts'));

const SPEC: RedisSpec = { kind: 'redis', name: 'redis', port: 6379, config: {}, persistent: false, dependsOn: [] };

/** Ten seconds of redis-client.ts, and what happens to Redis meanwhile. */
async function telling(
  meanwhile: (redis: SimProcess, story: Story) => Promise<void>,
  spec: RedisSpec = SPEC,
): Promise<string[]> {
  let said: string[] = [];
  await simulate({}, async (story) => {
    const redis = story.node('redis', { kind: 'builtin', start: redisProgram(story.simulation, spec, () => {}) });
    const client = story.node('client', 'redis-client.ts');
    redis.start();
    client.start();
    await story.wait(3500);
    await meanwhile(redis, story);
    while (client.state !== 'exited') await story.wait(100);
    said = story.said('client');
  });
  return said;
}

const heard = (said: readonly string[], verb: string): number[] =>
  said.filter((line) => line.includes(` ${verb} `)).map((line) => Number(line.split(' ').at(-1)));

it('serves pub/sub and blocking reads', async () => {
  const said = await telling(async () => {});
  expect(heard(said, 'heard')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(heard(said, 'took')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

it('says nothing while it is dead; the client reconnects and subscribes again', async () => {
  const said = await telling(async (redis, story) => {
    redis.kill();
    await story.wait(3000);
    redis.start();
  });
  const news = heard(said, 'heard');
  expect(news.slice(0, 3)).toEqual([1, 2, 3]);
  const spoken = said.map((line) => Number(line.split(' ')[0]));
  expect(spoken.filter((second) => second > 3.5 && second < 6.5)).toEqual([]);
  expect(news.at(-1)).toBe(10);
  expect(heard(said, 'took').at(-1)).toBe(10);
});

it('delivers late what was sent while the link was partitioned', async () => {
  const said = await telling(async (redis, story) => {
    const there = [redis.options.host];
    const here = [story.host('client')];
    const heal = [
      story.network.apply(here, there, { kind: 'partition' }),
      story.network.apply(there, here, { kind: 'partition' }),
    ];
    await story.wait(2000);
    for (const each of heal) each();
  });
  expect(heard(said, 'heard')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

it('answers late what came while it was stopped', async () => {
  const said = await telling(async (redis, story) => {
    redis.pause();
    await story.wait(2000);
    redis.resume();
  });
  expect(heard(said, 'took')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

it.each([true, false])('keeps its data over a kill if it is persistent: %s', async (persistent) => {
  await simulate({}, async (story) => {
    const redis = story.node('redis', {
      kind: 'builtin',
      start: redisProgram(story.simulation, { ...SPEC, persistent }, () => {}),
    });
    redis.start();
    await story.wait(10);
    const { Redis } = await import('ioredis');
    const client = new Redis({ host: 'redis', port: 6379, retryStrategy: () => 50 });
    client.on('error', () => {});
    await client.set('key', 'kept');
    redis.kill();
    await story.wait(100);
    redis.start();
    await story.wait(200);
    expect(await client.get('key')).toBe(persistent ? 'kept' : null);
    client.disconnect();
  });
});
