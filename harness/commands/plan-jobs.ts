import { join } from 'node:path';
import type { ScenarioBody } from '../../contract/index.ts';
import { runPath } from '../../reports/results.ts';
import { buildScenario } from '../load/project.ts';
import type { Job } from '../parent/job.ts';
import type { Choice } from './choose-rows.ts';
import { UsageError } from './usage-error.ts';

/** What a fault that is over by itself counts as: it is work, a race or a flood, and no waiting. */
const OVER_BY_ITSELF_MS = 600_000;

export interface JobOptions {
  readonly seed: number;
  readonly speed: number;
  /** The invocation's folder. */
  readonly directory: string;
  readonly keepTrace: boolean;
  readonly abortOn?: string;
}

/** A job for each run of each row chosen. */
export async function planJobs(choices: readonly Choice[], options: JobOptions): Promise<readonly Job[]> {
  const jobs: Job[] = [];
  for (const choice of choices) {
    const body = await buildScenario(choice.row);
    const runs = Object.keys(body.runs).filter((run) => choice.run === undefined || run === choice.run);
    if (runs.length === 0)
      throw new UsageError(
        `${choice.row.row.id}: expected a run ${Object.keys(body.runs).join(' or ')}, found ${JSON.stringify(choice.run)}`,
      );
    for (const run of runs) jobs.push(makeJob(choice, body, run, options));
  }
  return jobs;
}

export function makeJob(
  choice: Choice,
  body: ScenarioBody,
  run: string,
  options: JobOptions,
  sabotage?: Job['sabotage'],
): Job {
  const { row } = choice.row;
  const limits = [...row.mitigation, ...row.recovery].map(({ within }) => (within.ms === 'immediate' ? 0 : within.ms));
  const plan = body.runs[run];
  const speed = Math.min(options.speed, (plan?.maxSpeed ?? body.maxSpeed)?.speed ?? Infinity);
  const name = { id: row.id, run, seed: options.seed, ...(sabotage === undefined ? {} : { sabotage }) };
  return {
    ...name,
    speed,
    directory: join(options.directory, runPath(name, options.seed)),
    keepTrace: options.keepTrace,
    ...(options.abortOn === undefined ? {} : { abortOn: options.abortOn }),
    // A minute of steady state, the fault, and for most rows a part of the recovery's limit.
    expectedMs: 60_000 + (plan?.lasts ?? OVER_BY_ITSELF_MS) + Math.max(...limits) / 4,
  };
}
