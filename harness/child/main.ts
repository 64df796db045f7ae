/**
 * A child of the command line: one patched world in one process, runs one after another. Jobs come in on a pipe and are
 * read by blocking calls between runs; events go out on another. Once the world has been started, clocks, timers and
 * sockets are virtual, so nothing here may wait on the real ones.
 */
import { writeSync } from 'node:fs';
import type { ProgressEvent, RunResult } from '../../contract/index.ts';
import { openProject } from '../load/project.ts';
import { loadSubject, loadWorld } from '../load/subject.ts';
import { EVENTS_FD } from '../parent/job.ts';
import type { ChildSetup, Job } from '../parent/job.ts';
import { execute } from '../run/execute.ts';
import { writeRunJournal } from '../journal/write-run.ts';
import { failedResult } from '../run/failed-result.ts';
import { jobLines } from './job-lines.ts';
import { leaveDebugger, waitForDebugger } from './wait-for-debugger.ts';

const wallClock = ((): (() => number) => {
  const { hrtime } = process;
  const real = hrtime.bigint.bind(hrtime);
  return () => Number(real() / 1000n) / 1000;
})();

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

const { root, world: worldName, ids } = JSON.parse(process.argv[2] ?? '{}') as ChildSetup;
/** Of the run that is under way. */
let crashed: AbortController | undefined;
// Where time is virtual the world hears of it by itself. On a real machine there is something to heal first.
if (worldName !== 'simulated')
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      if (crashed !== undefined) return crashed.abort(error);
      console.error(error);
      process.exit(1);
    });
const send = (event: ProgressEvent): void => {
  writeSync(EVENTS_FD, `${JSON.stringify(event)}\n`);
};

const project = openProject(root, ids);
const world = await loadWorld(root, worldName);
for (const text of jobLines()) {
  const job = JSON.parse(text) as Job;
  send({ type: 'result', result: await one(job) });
  if (interrupted.signal.aborted) break;
}
leaveDebugger();
await world.close?.();
// What a world leaves running must not keep the process alive.
process.exit(0);

async function one(job: Job): Promise<RunResult> {
  const { id, run } = job;
  const begun = wallClock();
  let last = 'load';
  const crash = new AbortController();
  crashed = crash;
  try {
    const { subject, deployment } = await loadSubject(project, job);
    const stopped = new AbortController();
    const executed = await execute({
      subject,
      world,
      speed: job.speed,
      deployment,
      signal: AbortSignal.any([interrupted.signal, stopped.signal]),
      ...(worldName === 'simulated' ? {} : { crashed: crash.signal }),
      keepTrace: job.keepTrace,
      ...(job.stopAt === undefined ? {} : { stopAt: { at: job.stopAt.at, stop: stopper(job, stopped) } }),
      wallClock,
      watching: {
        phase: (phase, at, waitingFor, deadline) => {
          last = phase;
          send({
            type: 'phase',
            id,
            run,
            phase,
            at,
            ...(waitingFor === undefined ? {} : { waitingFor }),
            ...(deadline === undefined ? {} : { deadline }),
          });
        },
        line: (line) => send({ type: 'line', id, run, line }),
      },
    });
    const result = { ...executed.result, ...described(job, subject.sabotage) };
    writeRunJournal(job.directory, { ...executed, result });
    return result;
  } catch (error) {
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return failedResult(job, worldName, last, problem, wallClock() - begun);
  } finally {
    crashed = undefined;
  }
}

/** What a job does where it is told to stop. */
function stopper({ id, run, stopAt }: Job, stopped: AbortController): (at: number) => void {
  if (stopAt?.inspect !== true) return () => stopped.abort();
  return (at) => waitForDebugger((url) => send({ type: 'debugger', id, run, at, url }));
}

function described(
  { sabotage }: Job,
  patch: Awaited<ReturnType<typeof loadSubject>>['subject']['sabotage'],
): Pick<RunResult, 'sabotage'> {
  if (sabotage === undefined) return {};
  if ('mutation' in sabotage) return { sabotage };
  return patch === undefined ? {} : { sabotage: { line: sabotage.line, sabotage: patch } };
}
