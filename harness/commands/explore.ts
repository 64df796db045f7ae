import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { EXIT_CODES, worst } from '../../contract/index.ts';
import type { ExplorationResult, FoundFailure, Verdict } from '../../contract/index.ts';
import { explorationText } from '../../reports/exploration.ts';
import { writeCounterexample } from '../explore/counterexample.ts';
import { explore as search } from '../explore/explore.ts';
import type { Found } from '../explore/explore.ts';
import { exploreProgress } from '../explore/progress.ts';
import { Workers } from '../explore/workers.ts';
import { codeHashes } from '../journal/hashes.ts';
import { openInvocation } from '../journal/invocation.ts';
import { chooseExploration } from './choose-exploration.ts';
import type { ExplorationChoice } from './choose-exploration.ts';
import { shownPath } from './invoke.ts';
import { FOUND_FOLDER } from '../../reports/found-text.ts';
import { UsageError } from './usage-error.ts';

export interface ExploreOptions extends ExplorationChoice {
  readonly seed: number;
  /** As it was written: `2m`. Either this or `runs`. */
  readonly budget?: string;
  readonly runs?: number;
  readonly jobs?: number;
  readonly keep?: boolean;
  readonly failures: number;
  readonly shrinkLimit: number;
  readonly wallLimit: number;
  readonly runsDir: string;
  readonly json?: boolean;
}

const SIGNAL_ONCE_MS = 300;

/** `faultline explore`: exit code 1 when a failure was found, 3 when it was interrupted, 255 when runs could not be made. */
export async function explore(root: string, options: ExploreOptions): Promise<number> {
  if (options.keep === true && (options.planted ?? options.safeguardOff) !== undefined)
    throw new UsageError('--keep is for what the system itself fails by: leave out --planted and --safeguard-off');
  const chosen = await chooseExploration(root, options);
  const startedAt = new Date();
  const begun = performance.now();
  const jobs = options.jobs ?? availableParallelism();
  const code = codeHashes(root);
  const shown = exploreProgress(process.stderr, options.json === true, options.runs, chosen.budgetMs);
  await using workers = new Workers({
    setup: {
      root,
      world: 'simulated',
      system: chosen.model.system,
      ...(chosen.sources === undefined ? {} : { sources: chosen.sources }),
      ...(chosen.watched === undefined ? {} : { watched: chosen.watched }),
    },
    jobs,
    wallLimitMs: options.wallLimit * 1000,
  });
  const interrupted = interruptible(() => {
    shown.note('interrupted: writing what there is (again: at once)');
    workers.interrupt();
  });
  const explored = await search({
    model: chosen.model,
    workers,
    seed: options.seed,
    ...(options.runs === undefined ? { budgetMs: chosen.budgetMs } : { runs: options.runs }),
    draw: chosen.draw,
    ...(chosen.changed === undefined ? {} : { changed: chosen.changed }),
    shrinkLimitMs: options.shrinkLimit * 1000,
    failuresMax: options.failures,
    stopped: interrupted,
    onRun: shown.run,
    onFailure: shown.failure,
    onShrink: shown.shrink,
  });
  shown.end();
  const directory = openInvocation(options.runsDir, startedAt, 'explore');
  const failures = explored.found.map((found, i) => writtenDown(found, i, directory, code.source));
  const { counts } = explored.tally;
  const verdicts: readonly Verdict[] = [
    // Nothing was run, nothing is known.
    failures.length > 0 ? 'fail' : counts.runs > 0 ? 'pass' : 'unknown',
    ...(counts.problems.length > 0 ? ['error' as const] : []),
    ...(interrupted() ? ['aborted' as const] : []),
  ];
  const result: ExplorationResult = {
    format: 1,
    startedAt: startedAt.toISOString(),
    arguments: process.argv.slice(2),
    system: chosen.model.system,
    world: 'simulated',
    seed: options.seed,
    verdict: worst(verdicts),
    ...counts,
    wallMs: performance.now() - begun,
    exploringMs: explored.exploringMs,
    swept: explored.swept,
    jobs,
    memoryMb: workers.memoryMb,
    recycled: workers.recycled,
    failures,
    code,
  };
  writeFileSync(join(directory, 'exploration.json'), `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(
    options.json === true ? `${JSON.stringify(result)}\n` : explorationText(result, shownPath(directory)),
  );
  if (options.keep === true)
    for (const { file, confirmed } of failures)
      if (confirmed) keep(root, file, chosen.model.system);
      else process.stderr.write(`not kept  ${file}: it did not fail again in the same way\n`);
  return EXIT_CODES[result.verdict];
}

function writtenDown(found: Found, index: number, directory: string, code: string): FoundFailure {
  const file = join(directory, `counterexample-${index + 1}.json`);
  const { failure, outcome, case: small, drawn } = found;
  writeCounterexample(file, {
    format: 1,
    kind: 'faultline-counterexample',
    failure: { check: failure.check, what: failure.what },
    hash: outcome.hash,
    code,
    case: small,
  });
  return {
    run: found.run,
    seed: drawn.seed,
    failure,
    drawn: { commands: drawn.commands.length, faults: drawn.faults.length },
    case: small,
    hash: outcome.hash,
    confirmed: found.confirmed,
    tried: found.tried,
    shrinkMs: found.wallMs,
    minimal: found.minimal,
    file: shownPath(file),
    log: outcome.log,
  };
}

/** Copies a counterexample to where `npm run chaos` finds it. */
function keep(root: string, file: string, system: string): void {
  const folder = join(root, FOUND_FOLDER);
  mkdirSync(folder, { recursive: true });
  const name = (n: number): string => join(folder, `${system}-${n}.json`);
  let n = 1;
  while (existsSync(name(n))) n += 1;
  copyFileSync(file, name(n));
  process.stderr.write(`kept  ${shownPath(name(n))} (of ${basename(file)}): npm run chaos runs it from now on\n`);
}

/** Ctrl-C: the first breaks off, the second ends the process at once. A signal to the whole group comes twice and is one. */
function interruptible(interrupt: () => void): () => boolean {
  let at: number | undefined;
  const heard = (): void => {
    const now = performance.now();
    if (at !== undefined && now - at < SIGNAL_ONCE_MS) return;
    if (at !== undefined) process.exit(EXIT_CODES.aborted);
    at = now;
    interrupt();
  };
  process.on('SIGINT', heard).on('SIGTERM', heard);
  return () => at !== undefined;
}
