/**
 * The harness is killed at instants drawn from a seed, in the middle of a run on real containers: two of them, or ten with
 * FAULTLINE_DEPLOYED=all. Skipped where no engine answers, or none of `npm run images`' images is there.
 */
import { spawn, spawnSync } from 'node:child_process';

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { afterAll, describe, expect, test } from 'vitest';
import { RUN_LABEL } from './engine/labels.ts';
import { answers } from './images/engine.ts';
import { leftBehind } from './leftovers.ts';
import { substitutesExist } from './stack/compose.ts';

const SEED = 4711;
const POINTS = process.env['FAULTLINE_DEPLOYED'] === 'all' ? 10 : 2;
/** From before the first container is there until after the fault is in place, real time. */
const WITHIN_MS = { from: 500, to: 25_000 };
const CLI = join(import.meta.dirname, '..', '..', 'harness', 'cli.ts');

const docker = new Docker();
const ready = (await answers(docker)) && (await substitutesExist(docker)) && (await leftBehind()).length === 0;
const runs = mkdtempSync(join(tmpdir(), 'faultline-killed-'));
afterAll(() => rmSync(runs, { recursive: true, force: true }));

function faultline(...args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

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

describe.skipIf(!ready)('a harness that was killed', { timeout: 120_000 }, () => {
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
      expect(labelled.map(({ Names }) => Names)).toEqual([]);
    },
  );
});

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
