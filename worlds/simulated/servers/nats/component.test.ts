import { beforeAll, expect, test } from 'vitest';
import type { NatsSpec } from '../../../../contract/index.ts';
import type { SimProcess } from '../../kernel/process.ts';
import { type Story, preload, simulate } from '../../testing/simulate.ts';
import { natsPrograms } from './component.ts';

const SPEC: NatsSpec = { kind: 'nats', name: 'nats', instances: 3, port: 4222, dependsOn: [] };

beforeAll(() => preload('nats-client.ts'));

test('the ordinary client connects, publishes and consumes', async () => {
  const { said } = await run({ MESSAGES: '3' }, async () => {});
  expect(said.filter((line) => line.includes('took')).map((line) => line.split(' ').slice(1).join(' '))).toEqual([
    'took 1 1 1',
    'took 2 2 1',
    'took 3 3 1',
  ]);
});

async function run(
  env: Record<string, string>,
  faults: (story: Story, nodes: readonly SimProcess[]) => Promise<void>,
  seed = 1,
): Promise<{ readonly said: readonly string[]; readonly hash: string }> {
  let said: readonly string[] = [];
  const { hash } = await simulate({ seed }, async (story) => {
    const nodes = Object.entries(natsPrograms(story.simulation, SPEC, () => {})).map(([name, start]) =>
      story.node(name, { kind: 'builtin', start }),
    );
    for (const node of nodes) node.start();
    const client = story.node('client', 'nats-client.ts', env);
    client.start();
    await faults(story, nodes);
    while (client.state !== 'exited') await story.wait(100);
    said = story.said('client');
  });
  return { said, hash };
}
