import { relative } from 'node:path';
import { worst } from '../../contract/index.ts';
import type { InvocationResult, RunResult } from '../../contract/index.ts';
import { REPORTERS } from '../../reports/index.ts';
import { codeHashes } from '../journal/hashes.ts';
import { closeInvocation } from '../journal/invocation.ts';
import type { Job } from '../parent/job.ts';
import { Pool } from '../parent/pool.ts';
import { progress } from './progress.ts';

export interface Invocation {
  readonly root: string;
  readonly jobs: readonly Job[];
  readonly directory: string;
  readonly seed: number;
  readonly world: string;
  readonly workers: number;
  readonly wallLimitMs: number;
  readonly bail: boolean;
  readonly quiet: boolean;
  readonly startedAt: Date;
  /** What the runs of this invocation come to; default: the worst of them. */
  readonly verdictOf?: (runs: readonly RunResult[]) => InvocationResult['verdict'];
}

/** Signals that come within this are one. */
const SAME_SIGNAL_MS = 300;

/** Where a run has really broken something. */
const HEAL_GRACE_MS = 60_000;

/** What came of an invocation. */
export interface Invoked {
  readonly result: InvocationResult;
  /** By the user: nothing more is begun, whatever the verdict, which may be worse than `aborted`. */
  readonly interrupted: boolean;
}

/** Runs jobs in children with progress, Ctrl-C and journal; the first Ctrl-C heals and writes, the second kills. */
export async function invoke(invocation: Invocation): Promise<Invoked> {
  const { root, jobs, seed, world, directory } = invocation;
  const begun = performance.now();
  const shown = progress(jobs.length, process.stderr, invocation.quiet);
  const pool = new Pool(jobs, {
    setup: { root, world, ids: [...new Set(jobs.map(({ id }) => id))] },
    workers: invocation.workers,
    wallLimitMs: invocation.wallLimitMs,
    bail: invocation.bail,
    ...(world === 'deployed' ? { graceMs: HEAL_GRACE_MS } : {}),
    onEvent: (event) => shown.show(event),
  });
  let interrupted = false;
  let interruptedAt = -Infinity;
  const interrupt = (): void => {
    // A signal to the whole process group comes twice: by itself, and passed on by the process that started this one.
    if (performance.now() - interruptedAt < SAME_SIGNAL_MS) return;
    interruptedAt = performance.now();
    if (!interrupted) shown.note('interrupted: healing and writing the journal (again: kill at once)');
    interrupted = true;
    pool.interrupt();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const runs = await pool.run();
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  shown.end();
  const judged =
    runs.length === 0 ? 'aborted' : (invocation.verdictOf?.(runs) ?? worst(runs.map((run) => run.verdict)));
  const result: InvocationResult = {
    format: 1,
    startedAt: invocation.startedAt.toISOString(),
    arguments: process.argv.slice(2),
    seed,
    world,
    // Runs that were never begun make it no pass.
    verdict: interrupted ? worst([judged, 'aborted']) : judged,
    code: codeHashes(root),
    runs,
    wallMs: performance.now() - begun,
  };
  writeInvocation(directory, result);
  return { result, interrupted };
}

/** Writes the result and its reports into the folder of the invocation. */
export function writeInvocation(directory: string, result: InvocationResult): void {
  const context = { directory: shownPath(directory) };
  closeInvocation(directory, result, {
    'junit.xml': REPORTERS.junit(result, context),
    'report.md': REPORTERS.markdown(result, context),
  });
}

/** A path as the user would type it. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
