import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LinkEffect, PostgresSpec } from '../../../../../contract/index.ts';
import type { SimProcess } from '../../../kernel/process.ts';
import { SHOP } from '../../../testing/shop.ts';
import { EPOCH, type Story, preload, simulate } from '../../../testing/simulate.ts';
import { replicatedProgram } from '../component.ts';
import { Control } from '../control.ts';
import { startWatchdog } from '../watchdog.ts';
import { ReplicatedCluster } from './cluster.ts';

const REPLICA: PostgresSpec = { ...SHOP, name: 'replica', standbyOf: 'postgres', synchronous: true };

let cluster: ReplicatedCluster;

beforeAll(async () => {
  startWatchdog();
  cluster = new ReplicatedCluster(SHOP, [REPLICA]);
  await preload('standby-story.ts');
});
afterAll(() => cluster.dispose());

interface Stage {
  readonly story: Story;
  readonly postgres: SimProcess;
  readonly replica: SimProcess;
  /** Puts an effect on the stream: there, and back. */
  readonly there: (effect: LinkEffect) => () => void;
  readonly back: (effect: LinkEffect) => () => void;
}

/** Runs one story of fixtures/standby-story.ts; `meanwhile` is what happens to the servers and the stream. */
async function tell(story: string, meanwhile: (stage: Stage) => Promise<void> = async () => {}) {
  cluster.reset(new Date(EPOCH));
  let said: string[] = [];
  let bytes = 0;
  const { hash } = await simulate({}, async (stage) => {
    const followed = (host: string): { host: string; port: number } => ({ host, port: 5432 });
    const server = (spec: PostgresSpec): SimProcess =>
      stage.node(spec.name, {
        kind: 'builtin',
        start: replicatedProgram(stage.simulation, cluster, spec, followed, () => {}),
      });
    const [postgres, replica] = [server(SHOP), server(REPLICA)];
    postgres.start();
    replica.start();
    const app = stage.node('app', 'standby-story.ts', { STORY: story });
    const hosts = [stage.host('postgres'), stage.host('replica')] as const;
    await stage.wait(10);
    const there = (effect: LinkEffect): (() => void) => stage.network.apply([hosts[0]], [hosts[1]], effect);
    const back = (effect: LinkEffect): (() => void) => stage.network.apply([hosts[1]], [hosts[0]], effect);
    app.start();
    await meanwhile({ story: stage, postgres, replica, there, back });
    while (app.state !== 'exited') await stage.wait(100);
    said = stage.said('app').map((line) => line.replace(/^[\d.]+ /, ''));
    bytes = stage.network.counts([hosts[0]], [hosts[1]]).bytes;
  });
  return { said, hash, bytes };
}

const latency = (latencyMs: number): LinkEffect => ({ kind: 'latency', latencyMs, jitterMs: 0 });

describe('a standby in virtual time', () => {
  it('shows a commit after the latency of the stream, and the primary knows how far it is', async () => {
    const { said, bytes } = await tell('lag', async ({ there }) => void there(latency(40)));
    expect(said).toEqual([
      expect.stringMatching(/^visible after (39|40|41)$/),
      expect.stringMatching(/^visible after (39|40|41)$/),
      expect.stringMatching(/^visible after (39|40|41)$/),
      'status [{"application_name":"replica","state":"streaming","sync_state":"sync","current":true}]',
      'end',
    ]);
    expect(bytes).toBeGreaterThan(500);
  });

  it('does not show a commit before the lag has passed, and shows it right after', async () => {
    const { said } = await tell('edges', async ({ there }) => void there(latency(15_000)));
    expect(said).toEqual(['before 0', 'after 1', 'end']);
  });

  it('shows no open transaction, and refuses writes', async () => {
    const { said } = await tell('hidden');
    expect(said).toEqual(['open 0', 'committed 1', 'refused 25006', 'end']);
  });

  it('keeps what came while replay is paused, and shows it when it is resumed', async () => {
    const { said } = await tell('pause');
    expect(said).toEqual(['paused 0', 'behind [{"behind":true}]', 'resumed 1', 'end']);
  });

  it('flushes at once and replays after recovery_min_apply_delay, until that is taken back', async () => {
    const { said } = await tell('delay');
    expect(said[0]).toBe('behind [{"behind":true}]');
    // 15 s from the commit; asked about 100 ms after it, and the way of a question is a ms or so of the profile's.
    const waited = Number(said[1]?.split(' ').at(-1));
    expect(waited).toBeGreaterThan(14_890);
    expect(waited).toBeLessThan(14_905);
    expect(said.slice(2)).toEqual(['at once 2', 'end']);
  });

  it('holds what was sent into a partition until after it', async () => {
    const { said } = await tell('edges', async ({ story, there }) => {
      const heal = there({ kind: 'partition' });
      await story.wait(14_990);
      heal();
    });
    // Sent again after 200, 400, 800 ... ms: the try after the end of the partition is at 25.4 s.
    expect(said).toEqual(['before 0', 'after 0', 'end']);
  });
});

describe('a synchronous standby', () => {
  it('confirms a commit after the way there and back, while nobody sees it', async () => {
    const { said } = await tell('sync', async ({ there, back }) => {
      there(latency(40));
      back(latency(60));
    });
    expect(said[0]).toMatch(/^on 10[0-3]$/);
    expect(said[1]).toMatch(/^local [0-3]$/);
    expect(said.slice(2)).toEqual([
      'primary shows 2 standby shows 3',
      'waiting 1',
      'confirmed',
      'primary shows 3',
      'end',
    ]);
  });

  it('that is cut off holds commits until after the cut, until they are cancelled, or until nobody waits for it', async () => {
    const { said } = await tell('syncCut', async ({ story, there }) => {
      const heal = there({ kind: 'partition' });
      await story.wait(40_000);
      heal();
      await story.wait(20_000);
      there({ kind: 'partition' });
    });
    expect(said).toEqual([
      'confirmed after the cut',
      'notice canceling wait for synchronous replication due to user request',
      // The client's own 2 s, and what the way of the answer takes of the profile.
      expect.stringMatching(/^gave up after 200[01]$/),
      'kept here 2 not there 1',
      'released',
      'end',
    ]);
  });
});

describe('failover', () => {
  const failOver = async ({ story, postgres, there }: Stage): Promise<void> => {
    there(latency(500));
    await story.wait(3000);
    postgres.kill();
    await story.wait(10_000);
    cluster.rebuild('postgres', 'replica');
    postgres.start();
  };

  it('loses what was under way, the same each time, and takes the old primary back as a standby', async () => {
    const [one, two] = [await tell('failover', failOver), await tell('failover', failOver)];
    expect(one.said.at(-2)).toBe('{"standby":true}');
    expect(one.said).toContain('the old primary follows true');
    expect(one.said.join()).toMatch(/lost [1-9]/);
    // Not the bytes: a position of the log is written as a number, which has a digit more now and then.
    expect([two.said, two.hash]).toEqual([one.said, one.hash]);
  });

  it('needs nothing when the primary comes back', async () => {
    const { said } = await tell('restart', async ({ story, postgres }) => {
      await story.wait(5000);
      postgres.kill();
      await story.wait(10_000);
      postgres.start();
    });
    expect(said).toEqual(['away ECONNREFUSED', 'both 2 2', 'end']);
  });

  it('needs nothing when the standby comes back', async () => {
    const { said } = await tell('restart', async ({ story, postgres, replica }) => {
      await story.wait(5000);
      replica.kill();
      await story.wait(4000);
      postgres.kill();
      await story.wait(6000);
      postgres.start();
      replica.start();
    });
    expect(said).toEqual(['away ECONNREFUSED', 'both 2 2', 'end']);
  });
});

it('gives one trace for one seed', async () => {
  const hashes = new Set<string>();
  for (let round = 0; round < 3; round += 1) {
    for (const story of ['lag', 'pause', 'delay', 'sync']) hashes.add(`${story} ${(await tell(story)).hash}`);
  }
  expect([...hashes]).toHaveLength(4);
});

describe('a cluster that is kept', () => {
  it('begins each run at the start of a segment of the log, where a standby that comes back begins to ask', () => {
    const into = [1, 2, 3].map(() => {
      cluster.reset(new Date(EPOCH));
      const control = new Control(cluster.member('postgres').server.socketPath);
      const [[at, segment] = []] = control.query(
        `select pg_current_wal_insert_lsn() - '0/0', (select setting from pg_settings where name = 'wal_segment_size')`,
      );
      control.close();
      return Number(at) % Number(segment);
    });
    // The header of the segment and of its first page, and the little that a start logs.
    expect(Math.max(...into)).toBeLessThan(1000);
  });
});
