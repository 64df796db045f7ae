import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Verdict } from '../../contract/index.ts';
import { span } from '../../reports/text.ts';
import { readCounterexample } from '../explore/counterexample.ts';
import type { Counterexample } from '../explore/counterexample.ts';
import { FOUND_FOLDER } from './found.ts';
import { shownPath } from './invoke.ts';
import { replayCounterexample } from './replay-case.ts';
import { UsageError } from './usage-error.ts';

/** What a kept counterexample came to: one that fails again is red, for what it found was mended. */
export interface FoundResult {
  readonly name: string;
  readonly system: string;
  readonly check: string;
  readonly verdict: Verdict;
  readonly seen: string;
  readonly wallMs: number;
}

/** A counterexample that was kept. */
interface Kept {
  readonly name: string;
  readonly counterexample: Counterexample;
}

/** What explorations have found and kept; of one system only, where that is asked for. @throws UsageError for a file that is none */
export function readFound(root: string, system: string | undefined): readonly Kept[] {
  const folder = join(root, ...FOUND_FOLDER);
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

/** A line each below the rows, and `found.json` beside their results. */
export function showFound(results: readonly FoundResult[], directory: string, out: NodeJS.WriteStream): void {
  if (results.length === 0) return;
  writeFileSync(join(directory, 'found.json'), `${JSON.stringify(results, null, 2)}\n`);
  out.write(`\n found by exploration, ${results.length} kept in ${FOUND_FOLDER.join('/')}\n`);
  for (const { name, check, verdict, seen, wallMs } of results) {
    out.write(
      ` ${(verdict === 'pass' ? 'pass' : verdict.toUpperCase()).padEnd(6)} ${name.padEnd(24)} ${check.padEnd(40)} ${span(wallMs)}\n`,
    );
    if (verdict !== 'pass') {
      out.write(`        ${seen}\n`);
      out.write(`        again: npx faultline replay ${FOUND_FOLDER.join('/')}/${name}.json\n`);
    }
  }
}
