import { EXIT_CODES } from '../../contract/index.ts';
import type { Mutation, ScenarioBody } from '../../contract/index.ts';
import { openInvocation } from '../journal/invocation.ts';
import { noteSeenRed } from '../journal/seen-red.ts';
import { buildScenario, openProject } from '../load/project.ts';
import type { Job } from '../parent/job.ts';
import { plannedSabotage } from '../sabotage/plan.ts';
import type { PlannedSabotage } from '../sabotage/plan.ts';
import { sabotageOutcome } from '../sabotage/outcome.ts';
import type { SabotageOutcome } from '../sabotage/outcome.ts';
import { sabotageText } from '../sabotage/text.ts';
import type { RunResult } from '../../contract/index.ts';
import { chooseRows, rowIds } from './choose-rows.ts';
import type { Choice } from './choose-rows.ts';
import { invoke, shownPath } from './invoke.ts';
import { paceOf } from './options.ts';
import type { RunOptions } from './options.ts';
import { makeJob } from './plan-jobs.ts';
import { RESIDUE, refusedForResidue } from './residue.ts';
import { UsageError } from './usage-error.ts';

export interface SabotageOptions extends RunOptions {
  readonly seeds: number;
  /** Only this line of the catalogue. */
  readonly line?: number;
  /** Only this mutation. */
  readonly mutation?: Mutation;
  /** Only the catalogue's lines, no mutation. */
  readonly linesOnly?: boolean;
}

/** `faultline sabotage [ids...]`: exit code 1 when an assertion named did not turn red, 3 when interrupted, 255 when a run could not be made. */
export async function sabotage(root: string, ids: readonly string[], options: SabotageOptions): Promise<number> {
  const choices = chooseRows(openProject(root, rowIds(ids)), ids, options.system);
  const startedAt = new Date();
  const { jobs: workers, wallLimit } = paceOf(options);
  if ((await planned(choices, options, '')).length === 0)
    throw new UsageError(
      options.line === undefined
        ? 'no row chosen has a sabotage line that its runs can show; leave out --lines-only, or the name of the run'
        : `--line ${options.line}: no row chosen has that sabotage line; \`faultline list\` shows the rows`,
    );
  if (await refusedForResidue(root, options.world)) return RESIDUE;
  const directory = openInvocation(options.runsDir, startedAt, 'sabotage');
  const jobs = await planned(choices, options, directory);
  const bodies = new Map<string, ScenarioBody>();
  for (const { row } of choices) bodies.set(row.row.id, await buildScenario(row));
  const outcomesOf = (runs: readonly RunResult[]): readonly SabotageOutcome[] =>
    runs.flatMap((result) => {
      const choice = choices.find(({ row }) => row.row.id === result.id);
      const plan = bodies.get(result.id)?.runs[result.run];
      return choice && plan && result.sabotage ? [sabotageOutcome(choice.row.row, plan, result)] : [];
    });
  const complete = (runs: readonly RunResult[]): boolean => {
    const outcomes = outcomesOf(runs);
    return outcomes.length === jobs.length && outcomes.every(({ red }) => red);
  };
  const { result, interrupted } = await invoke({
    root,
    jobs,
    directory,
    seed: options.seed,
    world: options.world,
    workers,
    wallLimitMs: wallLimit * 1000,
    bail: false,
    quiet: options.json === true,
    startedAt,
    verdictOf: (runs) => (complete(runs) ? 'pass' : 'fail'),
  });
  noteSeenRed(options.runsDir, result.runs);
  const outcomes = outcomesOf(result.runs);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(outcomes, null, 2)}\n`
      : sabotageText(outcomes, jobs.length, shownPath(directory)),
  );
  const unmade = result.runs.filter((run) => run.sabotage === undefined);
  for (const run of unmade) process.stderr.write(`error ${run.id}/${run.run}: ${run.problem ?? run.verdict}\n`);
  if (interrupted) return EXIT_CODES.aborted;
  if (complete(result.runs)) return EXIT_CODES.pass;
  return unmade.length > 0 ? EXIT_CODES.error : EXIT_CODES.fail;
}

/** Catalogue lines and mutations of each row, one at a time, in the runs that can show them. */
async function planned(
  choices: readonly Choice[],
  options: SabotageOptions,
  directory: string,
): Promise<readonly Job[]> {
  const jobs: Job[] = [];
  const { speed } = paceOf(options);
  for (const choice of choices) {
    const body = await buildScenario(choice.row);
    if (choice.run !== undefined && !body.runs[choice.run])
      throw new UsageError(`${choice.row.row.id} has no run ${choice.run}`);
    const single = options.line !== undefined || options.mutation !== undefined;
    const asked = ({ sabotage }: PlannedSabotage): boolean => {
      if (!single) return options.linesOnly !== true || 'line' in sabotage;
      return 'line' in sabotage ? sabotage.line === options.line : sabotage.mutation === options.mutation;
    };
    const plan = plannedSabotage(choice.row.row, body, choice.run).filter(asked);
    for (let seed = options.seed; seed < options.seed + options.seeds; seed += 1)
      for (const { run, sabotage } of plan) {
        const job = makeJob(choice, body, run, { seed, speed, directory, keepTrace: false }, sabotage);
        // One folder for each seed: the first has the plain name.
        jobs.push(seed === options.seed ? job : { ...job, directory: `${job.directory}-seed-${seed}` });
      }
  }
  return jobs;
}
