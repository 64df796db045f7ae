/**
 * A worker of `faultline explore`: one patched world in one process, cases one after another. Jobs come in on a pipe and
 * are read by blocking calls between runs; outcomes go out on another.
 */
import { writeSync } from 'node:fs';
import { jobLines } from '../child/job-lines.ts';
import { loadWorld } from '../load/subject.ts';
import { EVENTS_FD } from '../parent/job.ts';
import { loadCase, loadExploration } from './load-case.ts';
import { runCase } from './run-case.ts';
import { Touched } from './touched.ts';
import type { CaseJob, CaseOutcome, WorkerSetup } from './worker-job.ts';

const realMs = ((): (() => number) => {
  const { hrtime } = process;
  const real = hrtime.bigint.bind(hrtime);
  return () => Number(real() / 1000n) / 1000;
})();

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

const { root, world: worldName, system, sources, watched } = JSON.parse(process.argv[2] ?? '{}') as WorkerSetup;
const model = await loadExploration(root, system);
const touched = watched === undefined ? undefined : new Touched(watched);
const world = await loadWorld(root, worldName);
for (const text of jobLines()) {
  const outcome = await one(JSON.parse(text) as CaseJob);
  writeSync(EVENTS_FD, `${JSON.stringify(outcome)}\n`);
  if (interrupted.signal.aborted) break;
}
await world.close?.();
// What a world leaves running must not keep the process alive.
process.exit(0);

async function one({ case: drawn, whole, impatient = false, lurking }: CaseJob): Promise<CaseOutcome> {
  const begun = realMs();
  try {
    const loaded = await loadCase(root, model, drawn);
    const run = await runCase({
      ...loaded,
      model,
      world,
      signal: interrupted.signal,
      keepTrace: whole,
      impatient,
      wallClock: realMs,
      ...(sources === undefined ? {} : { sources }),
      ...(touched === undefined
        ? {}
        : { observer: { command: (name) => touched.begins(name), carriedOut: () => touched.next() } }),
      ...(lurking === undefined ? {} : { lurking }),
    });
    const { explored } = run;
    return {
      failures: run.failures,
      ...(run.problem === undefined ? {} : { problem: run.problem }),
      aborted: run.aborted,
      hash: run.hash,
      operations: explored.operations.length,
      faults: explored.faults,
      reached: Object.entries(model.sometimes).flatMap(([name, holds]) => (holds(explored) ? [name] : [])),
      virtualMs: run.virtualMs,
      wallMs: run.wallMs,
      log: run.log,
      ...(touched === undefined ? {} : { touched: touched.take() }),
      ...(run.sprung === undefined ? {} : { sprung: run.sprung }),
      ...(run.failures.length === 0 ? {} : { givenUp: run.givenUp, idle: run.idle, concerned: run.concerned }),
      ...(whole ? { history: explored.operations, trace: run.trace } : {}),
    };
  } catch (error) {
    return {
      failures: [],
      problem: error instanceof Error ? (error.stack ?? error.message) : String(error),
      aborted: false,
      hash: '',
      operations: 0,
      faults: [],
      reached: [],
      virtualMs: 0,
      wallMs: realMs() - begun,
      log: [],
    };
  }
}
