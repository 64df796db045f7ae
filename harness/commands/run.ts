import { EXIT_CODES, worst } from '../../contract/index.ts';
import type { FoundResult, InvocationResult } from '../../contract/index.ts';
import { REPORTERS } from '../../reports/index.ts';
import { openInvocation } from '../journal/invocation.ts';
import { alertsOf } from '../load/alerts.ts';
import { openProject } from '../load/project.ts';
import { loadSystem } from '../load/subject.ts';
import { chooseRows, rowIds } from './choose-rows.ts';
import type { Choice } from './choose-rows.ts';
import { invoke, shownPath, writeInvocation } from './invoke.ts';
import { didYouMean } from './nearest.ts';
import { paceOf } from './options.ts';
import type { RunOptions } from './options.ts';
import { planJobs } from './plan-jobs.ts';
import { readFound, runFound } from './run-found.ts';
import { RESIDUE, refusedForResidue } from './residue.ts';
import { UsageError } from './usage-error.ts';

/** `faultline run [ids...]`: exit code of the worst verdict, of counterexamples that were kept too where all rows are run. */
export async function run(root: string, ids: readonly string[], options: RunOptions): Promise<number> {
  const choices = chooseRows(openProject(root, rowIds(ids)), ids, options.system);
  const startedAt = new Date();
  const label = choices.length === 1 ? choices[0]?.row.row.id : undefined;
  const { seed } = options;
  const { jobs: workers, wallLimit, speed } = paceOf(options);
  // Planned before the folder is made: a mistake in the arguments leaves nothing behind.
  await planJobs(choices, { seed, speed, directory: '', keepTrace: false });
  if (options.abortOn !== undefined) await knownAlert(root, choices, options.abortOn);
  // All rows: what explorations have found is asked for too.
  const kept = ids.length === 0 && options.world === 'simulated' ? readFound(root, options.system) : [];
  if (await refusedForResidue(root, options.world)) return RESIDUE;
  const directory = openInvocation(options.runsDir, startedAt, label);
  const jobs = await planJobs(choices, {
    seed,
    speed,
    directory,
    keepTrace: options.trace === true,
    ...(options.abortOn === undefined ? {} : { abortOn: options.abortOn }),
  });
  const { result: rows, interrupted } = await invoke({
    root,
    jobs,
    directory,
    seed,
    world: options.world,
    workers,
    wallLimitMs: wallLimit * 1000,
    bail: options.bail === true,
    quiet: options.json === true,
    startedAt,
  });
  const stopped = interrupted || (options.bail === true && rows.verdict !== 'pass');
  const result = kept.length === 0 || stopped ? rows : withFound(rows, await runFound(root, kept, wallLimit * 1000));
  if (result !== rows) writeInvocation(directory, result);
  const report = options.json === true ? REPORTERS.json : REPORTERS.terminal;
  process.stdout.write(report(result, { directory: shownPath(directory) }));
  return EXIT_CODES[result.verdict];
}

function withFound(rows: InvocationResult, found: readonly FoundResult[]): InvocationResult {
  const wallMs = rows.wallMs + found.reduce((sum, each) => sum + each.wallMs, 0);
  return { ...rows, verdict: worst([rows.verdict, ...found.map(({ verdict }) => verdict)]), found, wallMs };
}

/** @throws UsageError for an alert that no rule of the systems has: nothing would ever be given up for it */
async function knownAlert(root: string, choices: readonly Choice[], alert: string): Promise<void> {
  const systems = [...new Set(choices.map(({ row }) => row.row.system))];
  const known = (await Promise.all(systems.map(async (name) => alertsOf(await loadSystem(root, name))))).flat();
  // Without rule files the world has alerts of its own.
  if (known.length === 0 || known.includes(alert)) return;
  throw new UsageError(
    `--abort-on ${alert}: expected an alert of ${systems.join(' or ')}${didYouMean(alert, known) || `, one of ${known.join(', ')}`}`,
  );
}
