import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunResult } from '../../contract/index.ts';
import type { Assertions } from '../load/correspondence.ts';

/** Row id -> assertion -> what turned it red last. Kept in `<runs>/seen-red.json`, written by `faultline sabotage`. */
export type SeenRed = Readonly<Record<string, Readonly<Record<string, string>>>>;

export function readSeenRed(runsDir: string): SeenRed {
  const file = join(runsDir, 'seen-red.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SeenRed) : {};
}

/** Adds what the runs of a sabotage showed red. */
export function noteSeenRed(runsDir: string, runs: readonly RunResult[]): SeenRed {
  const noted: Record<string, Record<string, string>> = structuredClone(readSeenRed(runsDir)) as Record<
    string,
    Record<string, string>
  >;
  for (const run of runs) {
    if (run.sabotage === undefined) continue;
    const by = 'mutation' in run.sabotage ? run.sabotage.mutation : `sabotage[${run.sabotage.line}]`;
    for (const reference of redOf(run)) (noted[run.id] ??= {})[reference] = by;
  }
  const file = join(runsDir, 'seen-red.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(noted, null, 2)}\n`);
  return noted;
}

/** The assertions that a run showed red, those that a planted violation turned red included. */
export function redOf(run: RunResult): readonly string[] {
  return run.lines.flatMap(({ reference, verdict }) => {
    if (reference.startsWith('plant:')) return verdict === 'pass' ? [reference.slice('plant:'.length)] : [];
    return verdict === 'fail' ? [reference] : [];
  });
}

export function neverSeenRed(assertions: readonly Assertions[], seen: SeenRed): readonly Assertions[] {
  return assertions
    .map(({ id, references }) => ({
      id,
      references: references.filter((reference) => seen[id]?.[reference] === undefined),
    }))
    .filter(({ references }) => references.length > 0);
}
