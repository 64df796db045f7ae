import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProgressEvent, RunResult } from '../../contract/index.ts';
import { ToyProject, toyWorldFile } from '../testing/command-line.ts';
import type { Job } from './job.ts';
import { Pool } from './pool.ts';

const SLOW = toyWorldFile(
  '{ onTick: () => { const end = Number(process.hrtime.bigint()) + 2e7; while (Number(process.hrtime.bigint()) < end) {} } }',
);

test('an interrupt while the fault is on: it is healed, nothing is left behind, the run is aborted', async () => {
  using project = new ToyProject({ 'worlds/toy/world.ts': SLOW });
  const [result] = await interrupted(project, 1);
  expect(result).toMatchObject({ verdict: 'aborted', phase: 'fault' });
  expect(result?.instants.injected).toBeDefined();
  expect(result?.lines.at(-1)).toMatchObject({ reference: 'residue', verdict: 'pass' });
});

test('a second interrupt kills, and the run is aborted all the same', async () => {
  using project = new ToyProject({
    'worlds/toy/world.ts': toyWorldFile('{ onTick: (at) => { while (at === 40_000) {} } }'),
  });
  const [result] = await interrupted(project, 2);
  expect(result?.verdict).toBe('aborted');
  expect(result?.problem).toContain('SIGKILL');
});

test('the longest job is begun first, and results come in the order of the jobs', async () => {
  using project = new ToyProject();
  const begun: string[] = [];
  const jobs = [job(project, 'A', 1), job(project, 'B', 2)];
  const results = await pool(project, jobs, (event) => {
    if (event.type === 'phase' && event.phase === 'start') begun.push(event.run);
  }).run();
  expect(begun).toEqual(['B', 'A']);
  expect(results.map(({ run }) => run)).toEqual(['A', 'B']);
});

test('a job that cannot be loaded is an error that says why', async () => {
  using project = new ToyProject();
  const [result] = await pool(project, [job(project, 'Z', 1)], () => {}).run();
  expect(result).toMatchObject({ verdict: 'error', problem: expect.stringContaining('expected a run Z, found A, B') });
});

/** Interrupts `times` times in the fault phase. */
function interrupted(project: ToyProject, times: number): Promise<readonly RunResult[]> {
  let sent = false;
  const begun = pool(project, [job(project, 'A', 1)], (event) => {
    if (sent || event.type !== 'phase' || event.phase !== 'fault') return;
    sent = true;
    for (let i = 0; i < times; i += 1) begun.interrupt();
  });
  return begun.run();
}

function pool(project: ToyProject, jobs: readonly Job[], onEvent: (event: ProgressEvent) => void): Pool {
  const setup = { root: project.root, world: 'toy', ids: ['TOY-01'] };
  return new Pool(jobs, { setup, workers: 1, wallLimitMs: 20_000, bail: false, onEvent });
}

function job(project: ToyProject, run: string, expectedMs: number): Job {
  const directory = join(project.root, 'runs', run);
  mkdirSync(directory, { recursive: true });
  return { id: 'TOY-01', run, seed: 1, speed: 1, directory, keepTrace: false, expectedMs };
}
