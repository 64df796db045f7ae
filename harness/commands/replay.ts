import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../../contract/index.ts';
import { REPORTERS } from '../../reports/index.ts';
import { runPath } from '../../reports/results.ts';
import { firstDifference } from '../journal/first-difference.ts';
import { codeHashes } from '../journal/hashes.ts';
import { openInvocation } from '../journal/invocation.ts';
import { readInvocation } from '../journal/read-invocation.ts';
import { buildScenario, openProject } from '../load/project.ts';
import type { Job } from '../parent/job.ts';
import { chooseRows } from './choose-rows.ts';
import { invoke, shownPath } from './invoke.ts';
import { paceOf } from './options.ts';
import { makeJob } from './plan-jobs.ts';
import { replayCase } from './replay-case.ts';
import { RESIDUE, refusedForResidue } from './residue.ts';
import { instantOf } from './timeline.ts';
import { UsageError } from './usage-error.ts';

export interface ReplayOptions {
  readonly jobs?: number;
  readonly runsDir: string;
  readonly wallLimit?: number;
  /** Since the run's start, such as `41.2s`: it is ended there, or waits there for a debugger. */
  readonly until?: string;
  readonly inspect?: boolean;
}

const A_DAY_MS = 86_400_000;

/**
 * `faultline replay counterexample.json`: what an exploration found (`replay-case.ts`). `faultline replay <run>`: the same runs with the same seeds. With the same code their trace hashes must be equal, exit
 * code 1 and the first difference otherwise; with other code it says so and compares the verdicts of all lines.
 */
export async function replay(root: string, path: string, options: ReplayOptions): Promise<number> {
  const stopAt = stopOf(options);
  if (path.endsWith('.json') && existsSync(path)) {
    if (stopAt !== undefined) throw new UsageError('--until is for a recorded run, such as runs/latest/NUM-03/A');
    const { wallLimit } = paceOf({ ...options, world: 'simulated' });
    return replayCase(root, path, wallLimit * 1000);
  }
  const { result: recorded, directory: old, within } = readInvocation(path);
  const wanted = recorded.runs.filter((run) => {
    const name = runPath(run, recorded.seed);
    return within === '' || name === within || name.startsWith(`${within}/`);
  });
  if (wanted.length === 0)
    throw new UsageError(
      `expected a run of ${shownPath(old)} (${recorded.runs.map((run) => runPath(run, recorded.seed)).join(', ')}), found ${JSON.stringify(within)}`,
    );
  const [cut] = wanted.filter(({ verdict }) => verdict === 'aborted');
  if (cut)
    throw new UsageError(
      `expected a run that came to its end, found ${runPath(cut, recorded.seed)}, which was interrupted; run it anew: faultline run ${cut.id}/${cut.run} --seed ${cut.seed}`,
    );
  if (stopAt !== undefined && (wanted.length > 1 || recorded.world !== 'simulated'))
    throw new UsageError(
      `--until: expected one run of the simulated world, found ${wanted.length} of the world ${recorded.world}; name one, such as ${path}/${runPath(wanted[0] as RunResult, recorded.seed)}`,
    );
  const code = codeHashes(root);
  const sameCode = code.source === recorded.code.source && code.lock === recorded.code.lock;
  if (!sameCode)
    process.stderr.write('the code has changed since this run was recorded: verdicts are compared, not traces\n');
  // The slowest of them: the limit is of real time.
  const speed = Math.min(...wanted.map((run) => run.speed));
  const { jobs: workers, wallLimit } = paceOf({ ...options, world: recorded.world, speed });
  if (await refusedForResidue(root, recorded.world)) return RESIDUE;
  const startedAt = new Date();
  const ids = new Set(wanted.map(({ id }) => id));
  const directory = openInvocation(
    options.runsDir,
    startedAt,
    ids.size === 1 ? `replay-${[...ids].join('')}` : 'replay',
  );
  const jobs = (await Promise.all(wanted.map((run) => jobOf(root, run, recorded.seed, directory)))).map((job) =>
    stopAt === undefined ? job : { ...job, stopAt },
  );
  const { result: replayed, interrupted } = await invoke({
    root,
    jobs,
    directory,
    seed: recorded.seed,
    world: recorded.world,
    workers,
    // A person who looks takes the time that it takes.
    wallLimitMs: stopAt?.inspect === true ? A_DAY_MS : wallLimit * 1000,
    bail: false,
    quiet: false,
    startedAt,
  });
  if (stopAt?.inspect === false) {
    const [job] = jobs;
    process.stdout.write(
      `ended at ${options.until}, as asked; what led there:  npx faultline timeline ${shownPath(job?.directory ?? directory)}\n`,
    );
    return 0;
  }
  process.stdout.write(REPORTERS.terminal(replayed, { directory: shownPath(directory) }));
  const differences = wanted.flatMap((run) => {
    const name = runPath(run, recorded.seed);
    const again = replayed.runs.find((each) => runPath(each, recorded.seed) === name);
    const difference =
      again === undefined ? 'was not run' : compare(run, again, sameCode, join(old, name), join(directory, name));
    return difference === undefined ? [] : [`${name}: ${difference}`];
  });
  for (const difference of differences) process.stdout.write(`DIFFERENT ${difference}\n`);
  if (differences.length === 0)
    process.stdout.write(sameCode ? 'the same run: trace hashes are equal\n' : 'the same verdicts\n');
  if (interrupted) return 3;
  return differences.length === 0 ? 0 : 1;
}

/** @throws UsageError */
function stopOf({ until, inspect = false }: ReplayOptions): Job['stopAt'] {
  const at = instantOf('--until', until);
  if (at !== undefined) return { at, inspect };
  if (inspect) throw new UsageError('--inspect needs the instant at which to wait: --until 41.2s --inspect');
  return undefined;
}

async function jobOf(root: string, run: RunResult, seed: number, directory: string): Promise<Job> {
  const [choice] = chooseRows(openProject(root, [run.id]), [run.id]);
  if (!choice) throw new UsageError(`no row ${run.id}`);
  const sabotage = run.sabotage && ('mutation' in run.sabotage ? run.sabotage : { line: run.sabotage.line });
  const job = makeJob(
    choice,
    await buildScenario(choice.row),
    run.run,
    { seed: run.seed, speed: run.speed, directory, keepTrace: true },
    sabotage,
  );
  return { ...job, directory: join(directory, runPath(run, seed)) };
}

function compare(
  recorded: RunResult,
  replayed: RunResult,
  sameCode: boolean,
  old: string,
  now: string,
): string | undefined {
  if (sameCode && recorded.traceHash !== undefined) {
    if (recorded.traceHash === replayed.traceHash) return undefined;
    return `expected trace hash ${recorded.traceHash}, found ${replayed.traceHash ?? 'none'}\n${firstDifference(old, now)}`;
  }
  const changed = recorded.lines.filter(
    ({ reference, verdict }) => replayed.lines.find((line) => line.reference === reference)?.verdict !== verdict,
  );
  const all = recorded.verdict === replayed.verdict ? [] : [`verdict was ${recorded.verdict}, is ${replayed.verdict}`];
  const lines = changed.map(
    ({ reference, verdict }) =>
      `${reference} was ${verdict}, is ${replayed.lines.find((line) => line.reference === reference)?.verdict ?? 'not judged'}`,
  );
  return all.length + lines.length === 0 ? undefined : [...all, ...lines].join('; ');
}
