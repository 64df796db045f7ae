import { beforeAll, expect, it } from 'vitest';
import type { ObjectStoreSpec } from '../../../../contract/index.ts';
import type { SimProcess } from '../../kernel/process.ts';
import { EPOCH, preload, simulate, type Story } from '../../testing/simulate.ts';
import { initialData, objectStoreProgram } from './component.ts';

beforeAll(() => preload('object-client.ts'));

const SPEC: ObjectStoreSpec = {
  kind: 'object-store',
  name: 'object-store',
  port: 9000,
  buckets: ['exports'],
  accessKey: 'key',
  secretKey: 'secret',
  dependsOn: [],
};

/** What object-client.ts says, and what happens to the store meanwhile. */
async function telling(
  meanwhile: (store: SimProcess, story: Story) => Promise<void>,
): Promise<{ said: string[]; hash: string; keys: readonly string[] }> {
  let said: string[] = [];
  const data = initialData(SPEC, EPOCH);
  const { hash } = await simulate({}, async (story) => {
    const store = story.node('object-store', {
      kind: 'builtin',
      start: objectStoreProgram(story.simulation, SPEC, data, () => {}),
    });
    const client = story.node('client', 'object-client.ts', { ENDPOINT: 'http://object-store:9000' });
    store.start();
    client.start();
    await story.wait(3500);
    await meanwhile(store, story);
    while (client.state !== 'exited') await story.wait(100);
    said = story.said('client');
  });
  return { said, hash, keys: [...data.bucket('exports').objects.keys()] };
}

const read = (said: readonly string[]): number[] =>
  said.filter((line) => line.includes(' read ')).map((line) => Number(line.split(' ').at(-1)));

it('serves the unmodified AWS client, the same in each run', async () => {
  const first = await telling(async () => {});
  expect(read(first.said)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const second = await telling(async () => {});
  expect(second).toEqual(first);
});

it('is silent while it is dead and has its data afterwards; the client’s retries are the same in each run', async () => {
  const outage = async (store: SimProcess, story: Story): Promise<void> => {
    store.kill();
    await story.wait(3000);
    store.start();
  };
  const { said, keys, hash } = await telling(outage);
  expect(read(said)[0]).toBe(1);
  expect(read(said).at(-1)).toBe(10);
  expect(read(said).length).toBeLessThan(10);
  expect(keys).toContain('turn/1');
  expect((await telling(outage)).hash).toBe(hash);
});
