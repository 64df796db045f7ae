import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { RunResult } from '../../contract/index.ts';
import { UsageError } from '../commands/usage-error.ts';
import type { Assertions } from '../load/correspondence.ts';

const SHAPE = z.record(z.string(), z.record(z.string(), z.array(z.string())));

/** Row id -> assertion -> all that has turned it red: `sabotage[0]`, or the name of a mutation. Kept in `<runs>/seen-red.json`, written by `faultline sabotage`. */
export type SeenRed = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** @throws UsageError where the file is no such note */
export function readSeenRed(runsDir: string): SeenRed {
  const file = join(runsDir, 'seen-red.json');
  if (!existsSync(file)) return {};
  try {
    return SHAPE.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new UsageError(
      `${file}: expected what \`faultline sabotage\` notes there, found something else (${error instanceof SyntaxError ? error.message : 'of another form'}); remove it, and run faultline sabotage`,
      { cause: error },
    );
  }
}

/** Adds what the runs of a sabotage showed red. */
export function noteSeenRed(runsDir: string, runs: readonly RunResult[]): SeenRed {
  const noted: Record<string, Record<string, readonly string[]>> = Object.fromEntries(
    Object.entries(readSeenRed(runsDir)).map(([id, red]) => [id, { ...red }]),
  );
  for (const run of runs) {
    if (run.sabotage === undefined) continue;
    const by = 'mutation' in run.sabotage ? run.sabotage.mutation : `sabotage[${run.sabotage.line}]`;
    const row = (noted[run.id] ??= {});
    for (const reference of redOf(run)) row[reference] = [...new Set([...(row[reference] ?? []), by])].toSorted();
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
