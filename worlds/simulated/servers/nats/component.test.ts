import { beforeAll, expect, test } from 'vitest';
import type { NatsSpec } from '../../../../contract/index.ts';
import type { SimProcess } from '../../kernel/process.ts';
import { type Story, preload, simulate } from '../../testing/simulate.ts';
import type { NatsCluster } from './cluster.ts';
import { natsPrograms } from './component.ts';

/** The ordinary client in virtual time, over the faults of a cluster: fixtures/nats-client.ts publishes, retries and consumes. */

const SPEC: NatsSpec = { kind: 'nats', name: 'nats', instances: 3, port: 4222, dependsOn: [] };
const TEN = Array.from({ length: 10 }, (_, index) => index + 1);

beforeAll(() => preload('nats-client.ts'));

test('the ordinary client connects, publishes and consumes', async () => {
  const { said } = await run({ MESSAGES: '3' }, async () => {});
  expect(words(said, 'took')).toEqual(['1 1 1', '2 2 1', '3 3 1']);
  expect(words(said, 'failed')).toEqual([]);
});

test('a client whose node is killed goes on at another, and nothing is lost or doubled', async () => {
  const { said } = await run({}, async ({ story, nodes, clientsNode }) => {
    await story.wait(3000);
    const node = nodes.find(({ name }) => name === clientsNode())!;
    node.kill();
    await story.wait(20_000);
    node.start();
  });
  expect(words(said, 'status').filter((type) => type === 'disconnect' || type === 'reconnect')).toEqual([
    'disconnect',
    'reconnect',
  ]);
  expect(took(said)).toEqual(TEN);
  expect(published(said)).toEqual(TEN);
});

test('the death of the leader is followed by an election of at most ten seconds', async () => {
  const { said } = await run({}, async ({ story, cluster, nodes }) => {
    await story.wait(3000);
    const leader = leaderOf(cluster);
    nodes.find(({ name }) => name === leader)!.kill();
    const killedAt = story.simulation.now;
    while (leaderOf(cluster) === leader || leaderOf(cluster) === undefined) await story.wait(50);
    expect(story.simulation.now - killedAt).toBeGreaterThan(3000);
    expect(story.simulation.now - killedAt).toBeLessThan(10_000);
  });
  expect(took(said)).toEqual(TEN);
});

test('a leader that is stopped is replaced, and what it does afterwards is its own', async () => {
  const { said } = await run({}, async ({ story, cluster, nodes }) => {
    await story.wait(3000);
    const old = nodes.find(({ name }) => name === leaderOf(cluster))!;
    old.pause();
    await story.wait(15_000);
    expect(leaderOf(cluster)).not.toBe(old.name);
    old.resume();
  });
  expect(took(said)).toEqual(TEN);
  expect(published(said)).toEqual(TEN);
});

test('without a quorum nothing is acknowledged; with it again everything is', async () => {
  const { said } = await run({}, async ({ story, cluster, nodes }) => {
    await story.wait(3000);
    const before = cluster.jetstream.streams.get('ORDERS')!.store.lastSequence;
    expect(before).toBeGreaterThan(0);
    for (const node of nodes.slice(0, 2)) node.kill();
    await story.wait(60_000);
    expect(cluster.jetstream.streams.get('ORDERS')!.store.lastSequence).toBeLessThanOrEqual(before + 1);
    expect(cluster.jetstream.meta.hasQuorum).toBe(false);
    for (const node of nodes) node.start();
  });
  expect(words(said, 'failed').length).toBeGreaterThan(0);
  expect(published(said)).toEqual(TEN);
  expect(took(said)).toEqual(TEN);
});

test('a stream in files survives the death of all nodes', async () => {
  const { said } = await run({}, async ({ story, cluster, nodes }) => {
    await story.wait(3000);
    for (const node of nodes) node.kill();
    await story.wait(30_000);
    for (const node of nodes) node.start();
    await story.wait(20_000);
    expect(cluster.jetstream.streams.get('ORDERS')!.store.firstSequence).toBe(1);
  });
  expect(published(said)).toEqual(TEN);
  expect([...new Set(took(said))]).toEqual(TEN);
});

test('a stream in memory survives two nodes, not three', async () => {
  await run({ MESSAGES: '1', STORAGE: 'memory' }, async ({ story, cluster, nodes }) => {
    await story.wait(3000);
    const messages = (): number => cluster.jetstream.streams.get('ORDERS')!.store.size;
    expect(messages()).toBe(1);
    for (const node of nodes.slice(0, 2)) node.kill();
    for (const node of nodes) node.start();
    await story.wait(10_000);
    expect(messages()).toBe(1);
    for (const node of nodes) node.kill();
    for (const node of nodes) node.start();
    expect(messages()).toBe(0);
  });
});

test('a node that is cut off from the others takes no part in the quorum', async () => {
  const { said } = await run({}, async ({ story, cluster, nodes }) => {
    await story.wait(3000);
    const leader = nodes.find(({ name }) => name === leaderOf(cluster))!;
    const others = nodes.filter((node) => node !== leader).map((node) => node.options.host);
    const heal = [
      story.network.apply([leader.options.host], others, { kind: 'partition' }),
      story.network.apply(others, [leader.options.host], { kind: 'partition' }),
    ];
    await story.wait(15_000);
    expect(leaderOf(cluster)).not.toBe(leader.name);
    for (const mend of heal) mend();
  });
  expect(published(said)).toEqual(TEN);
  expect(took(said)).toEqual(TEN);
});

test('the same seed gives the same run, another seed another', async () => {
  const story = (seed: number): ReturnType<typeof run> =>
    run(
      {},
      async ({ story: stage, nodes }) => {
        await stage.wait(2500);
        nodes[0]!.kill();
        await stage.wait(12_000);
        nodes[0]!.start();
      },
      seed,
    );
  const first = await story(1);
  expect((await story(1)).hash).toBe(first.hash);
  expect((await story(2)).hash).not.toBe(first.hash);
});

interface Stage {
  readonly story: Story;
  readonly nodes: readonly SimProcess[];
  readonly cluster: NatsCluster;
  /** Name of the node that the client is connected to. */
  readonly clientsNode: () => string | undefined;
}

async function run(
  env: Record<string, string>,
  faults: (stage: Stage) => Promise<void>,
  seed = 1,
): Promise<{ readonly said: readonly string[]; readonly hash: string }> {
  let said: readonly string[] = [];
  const { hash } = await simulate({ seed }, async (story) => {
    let cluster: NatsCluster | undefined;
    const programs = natsPrograms(story.simulation, SPEC, (made) => (cluster = made));
    const nodes = Object.entries(programs).map(([name, start]) => story.node(name, { kind: 'builtin', start }));
    for (const node of nodes) node.start();
    const client = story.node('client', 'nats-client.ts', env);
    client.start();
    const clientsNode = (): string | undefined =>
      nodes.find(({ options }) => story.network.hostLink(client.options.host, options.host).connections.size > 0)?.name;
    await faults({ story, nodes, cluster: cluster!, clientsNode });
    while (client.state !== 'exited' && story.simulation.now < 200_000) await story.wait(100);
    expect(client.state).toBe('exited');
    said = story.said('client');
  });
  return { said, hash };
}

const leaderOf = (cluster: NatsCluster): string | undefined => cluster.jetstream.streams.get('ORDERS')?.group.leader;

/** What the client said after a word, without the time. */
function words(said: readonly string[], word: string): readonly string[] {
  return said.flatMap((line) => {
    const [, first, ...rest] = line.split(' ');
    return first === word ? [rest.join(' ')] : [];
  });
}

const took = (said: readonly string[]): readonly number[] =>
  words(said, 'took').map((line) => Number(line.split(' ')[1]));
const published = (said: readonly string[]): readonly number[] =>
  words(said, 'published').map((line) => Number(line.split(' ')[0]));
