import { EXIT_CODES, worst } from '../../contract/index.ts';
import { REPORTERS } from '../../reports/index.ts';
import { openInvocation } from '../journal/invocation.ts';
import { openProject } from '../load/project.ts';
import { chooseRows, rowIds } from './choose-rows.ts';
import { invoke, shownPath } from './invoke.ts';
import { paceOf } from './options.ts';
import type { RunOptions } from './options.ts';
import { planJobs } from './plan-jobs.ts';
import { runFound, showFound } from './run-found.ts';
import { RESIDUE, refusedForResidue } from './residue.ts';

/** `faultline run [ids...]`: exit code of the worst verdict, of counterexamples that were kept too where all rows are run. */
export async function run(root: string, ids: readonly string[], options: RunOptions): Promise<number> {
  const choices = chooseRows(openProject(root, rowIds(ids)), ids, options.system);
  const startedAt = new Date();
  const label = choices.length === 1 ? choices[0]?.row.row.id : undefined;
  const { seed } = options;
  const { jobs: workers, wallLimit, speed } = paceOf(options);
  // Planned before the folder is made: a mistake in the arguments leaves nothing behind.
  await planJobs(choices, { seed, speed, directory: '', keepTrace: false });
  if (await refusedForResidue(root, options.world)) return RESIDUE;
  const directory = openInvocation(options.runsDir, startedAt, label);
  const jobs = await planJobs(choices, {
    seed,
    speed,
    directory,
    keepTrace: options.trace === true,
    ...(options.abortOn === undefined ? {} : { abortOn: options.abortOn }),
  });
  const result = await invoke({
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
  const report = options.json === true ? REPORTERS.json : REPORTERS.terminal;
  process.stdout.write(report(result, { directory: shownPath(directory) }));
  // All rows: what explorations have found is asked for too.
  const all = ids.length === 0 && options.world === 'simulated' && result.verdict !== 'aborted';
  const found = all ? await runFound(root, options.system, wallLimit * 1000) : [];
  showFound(found, directory, options.json === true ? process.stderr : process.stdout);
  return EXIT_CODES[worst([result.verdict, ...found.map(({ verdict }) => verdict)])];
}
