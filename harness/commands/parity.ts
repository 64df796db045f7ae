import { EXIT_CODES } from '../../contract/index.ts';
import type { RunResult } from '../../contract/index.ts';
import { agreement, pairs, parityText } from '../../reports/index.ts';
import { openInvocation } from '../journal/invocation.ts';
import { openProject } from '../load/project.ts';
import { chooseRows, rowIds } from './choose-rows.ts';
import { invoke, shownPath } from './invoke.ts';
import { paceOf } from './options.ts';
import type { RunOptions } from './options.ts';
import { planJobs } from './plan-jobs.ts';
import { RESIDUE, refusedForResidue } from './residue.ts';

export type ParityOptions = Pick<RunOptions, 'seed' | 'speed' | 'system' | 'runsDir' | 'wallLimit' | 'json'>;

/**
 * `faultline parity [ids...]`: the same runs in both worlds. Exit code 0 when verdicts and those of all lines agree, 2 when
 * the deployed world could not judge some, 1 when any differs, 3 when interrupted.
 */
export async function parity(root: string, ids: readonly string[], options: ParityOptions): Promise<number> {
  const choices = chooseRows(openProject(root, rowIds(ids)), ids, options.system);
  const { seed, wallLimit } = options;
  const paces = {
    simulated: paceOf({ world: 'simulated', ...(wallLimit === undefined ? {} : { wallLimit }) }),
    deployed: paceOf({ ...options, world: 'deployed' }),
  };
  // What is wrong with the arguments is said before anything is there.
  await planJobs(choices, { seed, speed: paces.deployed.speed, directory: '', keepTrace: false });
  if (await refusedForResidue(root, 'deployed')) return RESIDUE;
  const results: Record<string, readonly RunResult[]> = {};
  for (const world of ['simulated', 'deployed'] as const) {
    const pace = paces[world];
    const startedAt = new Date();
    const directory = openInvocation(options.runsDir, startedAt, `parity-${world}`);
    const jobs = await planJobs(choices, { seed, speed: pace.speed, directory, keepTrace: false });
    const { result, interrupted } = await invoke({
      root,
      jobs,
      directory,
      seed,
      world,
      workers: pace.jobs,
      wallLimitMs: pace.wallLimit * 1000,
      bail: false,
      quiet: options.json === true,
      startedAt,
    });
    results[world] = result.runs;
    if (options.json !== true) process.stdout.write(`${world}: ${result.verdict}, ${shownPath(directory)}\n`);
    if (interrupted) return EXIT_CODES.aborted;
  }
  const found = pairs(results['simulated'] ?? [], results['deployed'] ?? []);
  const agreements = found.map((pair) => ({ name: pair.name, agreement: agreement(pair) }));
  process.stdout.write(options.json === true ? `${JSON.stringify(agreements, null, 2)}\n` : `\n${parityText(found)}`);
  if (agreements.some((each) => each.agreement === 'differ')) return EXIT_CODES.fail;
  return agreements.some((each) => each.agreement === 'unjudged') ? EXIT_CODES.unknown : EXIT_CODES.pass;
}
