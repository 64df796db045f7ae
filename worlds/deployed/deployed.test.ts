/** On real containers: skipped where no engine answers, or none of `npm run images`' images is there. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LinkEffect, Running, Shortage } from '../../contract/index.ts';
import { deployment } from '../../deployments/numbering.ts';
import { Containers, NotOurs } from './engine/containers.ts';
import { PROJECT_LABEL, PROJECT_PREFIX, RUN_LABEL } from './engine/labels.ts';
import { answers } from './images/engine.ts';
import { leftBehind, reset } from './leftovers.ts';
import { substitutesExist } from './stack/compose.ts';
import { world } from './world.ts';

const JOB = 'numbering-jobs-cleanup';
const SPEED = 5;
/** The instants at which the harness is killed: two, or ten with FAULTLINE_DEPLOYED=all. */
const SEED = 4711;
const POINTS = process.env['FAULTLINE_DEPLOYED'] === 'all' ? 10 : 2;
/** From before the first container is there until after the fault is in place, real time. */
const WITHIN_MS = { from: 500, to: 25_000 };
const CLI = join(import.meta.dirname, '..', '..', 'harness', 'cli.ts');

const docker = new Docker();
const ready = (await answers(docker)) && (await substitutesExist(docker));
const partitions = process.getuid?.() === 0 && spawnSync('nsenter', ['--version']).status === 0;
if (!ready)
  process.stderr.write("worlds/deployed: no Docker engine with faultline's images answers; its tests are skipped\n");

const components = deployment.components
  .filter(({ name }) => ['postgres', 'redis', JOB].includes(name))
  .map((spec) => (spec.kind === 'postgres' ? { ...spec, diskMb: 160 } : spec));
const start = (): Promise<Running> =>
  world.start({ ...deployment, components }, { seed: 1, speed: SPEED, deadlineMs: 3_600_000 });

async function until(done: () => boolean | Promise<boolean>, running: Running): Promise<void> {
  for (const end = performance.now() + 15_000; !(await done()); await running.clock.sleep(500))
    if (performance.now() > end) throw new Error('it did not come about within 15 s');
}

describe.skipIf(!ready)('a deployment on containers', { timeout: 90_000 }, () => {
  let running: Running;

  beforeAll(async () => {
    running = await start();
  }, 120_000);

  afterAll(async () => {
    await running[Symbol.asyncDispose]();
    await world.close?.();
  }, 60_000);

  test.each<[LinkEffect['kind'], LinkEffect, string]>([
    ['partition', { kind: 'partition' }, 'held'],
    ['down', { kind: 'down' }, 'refused'],
    ['blackhole', { kind: 'blackhole' }, 'dropped'],
    ['latency', { kind: 'latency', latencyMs: 500, jitterMs: 250 }, 'slowed'],
    ['bandwidth', { kind: 'bandwidth', kilobytesPerSecond: 10 }, 'slowed'],
    ['reset', { kind: 'reset' }, 'reset'],
  ])(
    'a link under %s shows what bit, is named as residue, and carries traffic again when healed',
    async (kind, effect, trace) => {
      if (kind === 'partition' && !partitions) return;
      const link = running.link(JOB, 'redis');
      const before = link.observed[trace] ?? 0;
      await using applied = await link.apply(effect);
      await until(() => (link.observed[trace] ?? 0) > before, running);
      expect(await running.residue()).not.toEqual([]);
      await applied[Symbol.asyncDispose]();
      await applied[Symbol.asyncDispose]();
      expect(await running.residue()).toEqual([]);
    },
  );

  test('a component that is killed answers nothing until it is started again, at the same address', async () => {
    const redis = running.component('redis');
    await redis.kill();
    expect([redis.state(), await redis.healthy()]).toEqual(['exited', false]);
    expect(await running.residue()).toEqual([{ what: 'exited', where: 'redis' }]);
    await redis.start();
    await until(() => redis.healthy(), running);
    expect(redis.observed).toMatchObject({ kills: 1, exits: 1 });
  });

  test('the end of a connection comes late under slow-close, and is seen to', async () => {
    const link = running.link('redis', JOB);
    const connected = async (): Promise<boolean> =>
      String(await running.admin.redis('redis', 'CLIENT', 'LIST', 'TYPE', 'normal')).includes('name=numbering-jobs');
    await until(connected, running);
    await using applied = await link.apply({ kind: 'slow-close', delayMs: 20_000 });
    await running.admin.redis('redis', 'CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await until(() => (link.observed['lingering'] ?? 0) > 0, running);
    await applied[Symbol.asyncDispose]();
    expect(await running.residue()).toEqual([]);
  });

  test('toxics are in the log of the world as set and as read back, a jitter drawn from the seed', () => {
    const lines = running.worldLog?.().map(({ text }) => text) ?? [];
    const latencies = lines.flatMap(
      (line) => /set (\{"kind":"latency".*\}), read back (.*)/.exec(line)?.slice(1) ?? [],
    );
    const [set = '{}', back = '{}'] = latencies;
    const { latencyMs } = JSON.parse(set) as { latencyMs: number };
    expect(JSON.parse(back)).toMatchObject({ toxicity: 1, attributes: { latency: latencyMs, jitter: 0 } });
    expect(latencyMs).not.toBe(500 / SPEED);
  });

  /** What a container has in use, MB, rounded up. */
  const memoryOf = async (name: string): Promise<number> => {
    const [listed] = await docker.listContainers({ filters: { label: [`com.docker.compose.service=${name}`] } });
    const stats = await docker.getContainer(listed?.Id ?? '').stats({ stream: false, 'one-shot': true });
    return Math.ceil(stats.memory_stats.usage / 2 ** 20);
  };

  test.each<[Shortage['kind'], () => Promise<Shortage>, string]>([
    ['cpu-limit', async () => ({ kind: 'cpu-limit', cores: 0.02 }), 'throttled'],
    ['memory-limit', async () => ({ kind: 'memory-limit', megabytes: (await memoryOf(JOB)) + 1 }), 'atMemoryLimit'],
  ])('a component with a %s is at it, and is named as residue until healed', async (_, makeShortage, trace) => {
    const job = running.component(JOB);
    await using short = await job.starve(await makeShortage());
    expect(await running.residue()).toEqual([{ what: expect.stringMatching(/^may use/), where: JOB }]);
    await until(() => (job.observed[trace] ?? 0) > 0, running);
    await short[Symbol.asyncDispose]();
    if (job.state() === 'exited') await job.start();
    await until(() => job.healthy(), running);
    expect(await running.residue()).toEqual([]);
  });

  test('a component whose memory is used up is ended by the kernel', async () => {
    const job = running.component(JOB);
    await using _short = await job.starve({ kind: 'memory-used-up' });
    expect([job.state(), job.observed['outOfMemory']]).toEqual(['exited', 1]);
    await job.start();
    await until(() => job.healthy(), running);
  });

  test('a server whose disk is full says so itself; a kill gives it no space, and what it held is there when it is healed', async () => {
    const postgres = running.component('postgres');
    const sql = (text: string) => running.admin.sql('postgres', text);
    // Half a megabyte that cannot be compressed.
    const half = `select string_agg(md5(random()::text), '') as text from generate_series(1, 16000)`;
    await sql(`create table written as ${half}`);
    await using full = await postgres.starve({ kind: 'disk-full' });
    let written = 0;
    await until(
      () =>
        sql(`insert into written ${half}`).then(
          () => ((written += 1), false),
          () => true,
        ),
      running,
    );
    await until(() => (postgres.observed['outOfSpace'] ?? 0) > 0, running);
    await postgres.kill();
    await postgres.start();
    expect((await running.residue())[0]).toEqual({ what: 'its disk is filled up', where: 'postgres' });
    await full[Symbol.asyncDispose]();
    await until(async () => {
      // It ends where it could not recover for want of space, perhaps a moment after there is some again.
      if (postgres.state() === 'exited') await postgres.start();
      return postgres.healthy();
    }, running);
    await sql(`insert into written ${half}`);
    expect(await sql('select count(*)::int as n from written')).toEqual([{ n: 2 + written }]);
    await sql('drop table written');
    expect(await running.residue()).toEqual([]);
  });

  test('a component that is paused is silent until it goes on', async () => {
    const job = running.component(JOB);
    await job.pause();
    expect([job.state(), await job.healthy()]).toEqual(['paused', false]);
    await job.resume();
    await until(() => job.healthy(), running);
    expect(job.state()).toBe('running');
  });

  test("a step of a clock is that component's alone, in the document's time, and the host's clock stays", async () => {
    const redisTime = async (): Promise<number> =>
      Number(((await running.admin.redis('redis', 'TIME')) as readonly string[])[0]) * 1000;
    const postgresTime = async (): Promise<number> => {
      const [row] = await running.admin.sql('postgres', 'select extract(epoch from clock_timestamp()) * 1000 as now');
      return Number(row?.['now']);
    };
    const hour = 3_600_000;
    await running.component('redis').wallClock.jump(SPEED * hour);
    expect((await redisTime()) - Date.now()).toBeGreaterThan(hour - 5000);
    expect(Math.abs((await postgresTime()) - Date.now())).toBeLessThan(5000);
    expect((await running.residue()).map(({ where }) => where)).toEqual(['redis']);
    await running.component('redis').wallClock.jump(-SPEED * hour);
    expect(await running.residue()).toEqual([]);
  });

  test("intervals of the administration's SQL are the document's", async () => {
    const [row] = await running.admin.sql(
      'postgres',
      `select extract(epoch from now() - (now() - interval '10 s'))::float8 as there_and_back,
         extract(epoch from timestamptz '2026-01-01 00:00:02Z' - timestamptz '2026-01-01 00:00:00Z')::float8 as two`,
    );
    expect(row).toEqual({ there_and_back: 10, two: 2 * SPEED });
  });

  test('metrics come from Prometheus, and a setting that was changed is residue', async () => {
    await until(async () => (await running.metrics.at('sum(up)', running.clock.now())) === 1, running);
    await running.admin.redis('redis', 'CONFIG', 'SET', 'notify-keyspace-events', '');
    expect(await running.residue()).toEqual([{ what: 'notify-keyspace-events is "", not "Ex"', where: 'redis' }]);
    await running.admin.redis('redis', 'CONFIG', 'SET', 'notify-keyspace-events', 'Ex');
  });

  test('a container of another run can be no target', async () => {
    await expect(new Containers(docker, 'another-run').target('redis')).rejects.toThrow(NotOurs);
  });

  test('a run that goes on is named as such and not removed by a reset', async () => {
    const held = (await leftBehind()).filter(({ where }) => where.includes(`process ${process.pid} is doing now`));
    expect(held.map(({ what }) => what)).toContain('container redis, running');
    await reset();
    expect(running.component('redis').state()).toBe('running');
  });

  test("logs are those of the containers, on the run's clock", async () => {
    await until(() => running.log(JOB).length > 0, running);
    expect(running.log(JOB).every(({ source }) => source === JOB)).toBe(true);
  });
});

/** Mulberry32: a few numbers that are the same everywhere. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

const points = numbers(SEED)
  .take(POINTS)
  .map((share) => Math.round(WITHIN_MS.from + share * (WITHIN_MS.to - WITHIN_MS.from)))
  .toArray();

// In this file, so that it is not done beside the other: it demands that nothing of any run is there.
describe.skipIf(!ready)('a harness that was killed', { timeout: 120_000 }, () => {
  const runs = mkdtempSync(join(tmpdir(), 'faultline-killed-'));
  afterAll(() => rmSync(runs, { recursive: true, force: true }));

  test.each(points)(
    'after %d ms: the next run refuses and names what is left, and a reset removes all of it',
    async (point) => {
      const run = spawn(process.execPath, [CLI, 'run', '--world', 'deployed', '--runs-dir', runs, 'NUM-09'], {
        stdio: 'ignore',
      });
      const ended = new Promise((resolve) => run.once('close', resolve));
      await sleep(point);
      const children = childrenOf(run.pid as number);
      for (const pid of [run.pid as number, ...children]) process.kill(pid, 'SIGKILL');
      await ended;
      // What compose was told to do may still be done.
      await sleep(3000);
      const left = await leftBehind();
      if (left.length > 0) {
        const refused = faultline('run', '--world', 'deployed', '--runs-dir', runs, 'NUM-09');
        expect(refused.status).toBe(4);
        for (const { what } of left) expect(refused.output).toContain(what);
        expect(faultline('reset')).toMatchObject({ status: 0 });
      }
      expect(await leftBehind()).toEqual([]);
      const labelled = await docker.listContainers({ all: true, filters: { label: [RUN_LABEL] } });
      expect(labelled.filter(({ Labels }) => Labels[PROJECT_LABEL]?.startsWith(PROJECT_PREFIX))).toEqual([]);
    },
  );
});

function faultline(...args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
