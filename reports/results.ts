import type { LineResult, RunResult } from '../contract/index.ts';

/** Runs by row, in the order in which the rows first appear. */
export function byRow(runs: readonly RunResult[]): readonly (readonly [id: string, runs: readonly RunResult[]])[] {
  return [...Map.groupBy(runs, ({ id }) => id)];
}

/** What tells the runs of an invocation apart. */
interface RunName {
  readonly id: string;
  readonly run: string;
  readonly seed: number;
  readonly sabotage?: { readonly line: number } | { readonly mutation: string };
}

/** `NUM-03/A`, the folder of a run in its invocation; a sabotage, mutation or further seed has its own beside it. */
export function runPath({ id, run, sabotage, seed }: RunName, firstSeed: number): string {
  const variant =
    sabotage === undefined ? '' : 'mutation' in sabotage ? `-${sabotage.mutation}` : `-sabotage-${sabotage.line}`;
  return `${id}/${run}${variant}${seed === firstSeed ? '' : `-seed-${seed}`}`;
}

/** The command that shows a run again. What was cut short by hand has no end to compare with: it is run anew. */
export function again({ id, run, seed, verdict }: RunResult, path: string): string {
  return verdict === 'aborted' ? `run ${id}/${run} --seed ${seed}` : `replay ${path}`;
}

/** The lines that decided a verdict other than pass. */
export function decisive(run: RunResult): readonly LineResult[] {
  return run.lines.filter(({ verdict }) => verdict !== 'pass');
}

export function linesOf(run: RunResult, part: string): readonly LineResult[] {
  return run.lines.filter(
    ({ reference }) => reference === part || reference.startsWith(`${part}[`) || reference.startsWith(`${part}:`),
  );
}
