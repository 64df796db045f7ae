import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FoundResult } from '../../contract/index.ts';
import { readCounterexample } from '../explore/counterexample.ts';
import type { Counterexample } from '../explore/counterexample.ts';
import { FOUND_FOLDER } from '../../reports/found-text.ts';
import { shownPath } from './invoke.ts';
import { replayCounterexample } from './replay-case.ts';
import { UsageError } from './usage-error.ts';

/** A counterexample that was kept. */
interface Kept {
  readonly name: string;
  readonly counterexample: Counterexample;
}

/** What explorations have found and kept; of one system only, where that is asked for. @throws UsageError for a file that is none */
export function readFound(root: string, system: string | undefined): readonly Kept[] {
  const folder = join(root, FOUND_FOLDER);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.toSorted().flatMap((file): Kept[] => {
    const counterexample = readCounterexample(join(folder, file));
    if (counterexample === undefined)
      throw new UsageError(
        `${shownPath(join(folder, file))}: expected a counterexample of faultline explore, found something else; remove it`,
      );
    if (system !== undefined && counterexample.case.system !== system) return [];
    return [{ name: basename(file, '.json'), counterexample }];
  });
}

/** Runs them, one after the other. */
export async function runFound(
  root: string,
  kept: readonly Kept[],
  wallLimitMs: number,
): Promise<readonly FoundResult[]> {
  const results: FoundResult[] = [];
  for (const { name, counterexample } of kept) {
    const begun = performance.now();
    const { outcome, failsAgain } = await replayCounterexample(root, counterexample, wallLimitMs);
    const { check } = counterexample.failure;
    const [other] = outcome.failures;
    const found = outcome.failures.find((failure) => failure.check === check) ?? other;
    results.push({
      name,
      system: counterexample.case.system,
      check,
      verdict: outcome.problem !== undefined ? 'error' : failsAgain || other !== undefined ? 'fail' : 'pass',
      seen: outcome.problem?.split('\n')[0] ?? (found === undefined ? '' : `${found.check}: ${found.what}`),
      wallMs: performance.now() - begun,
    });
  }
  return results;
}
