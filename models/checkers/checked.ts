/** Something that must not be: said in words, with the operations that show it. */
export interface Finding {
  readonly what: string;
  /** Ids of operations. */
  readonly operations: readonly number[];
  /** How bad it is, in the checker's own unit; greater is worse. */
  readonly by: number;
}

/** What a checker found in a history. `examined` counts what it could have found wrong; of nothing there is no `ok`. */
export type Checked =
  | { readonly verdict: 'ok'; readonly examined: number; readonly figures?: Readonly<Record<string, number>> }
  | {
      readonly verdict: 'illegal';
      readonly examined: number;
      readonly count: number;
      readonly first: Finding;
      readonly last: Finding;
      readonly worst: Finding;
      readonly figures?: Readonly<Record<string, number>>;
    }
  | { readonly verdict: 'unknown'; readonly examined: number; readonly why: string };

/** The verdict over findings in the order of time. `doubt`: why it could be otherwise, where nothing was found. */
export function checked(
  examined: number,
  findings: readonly Finding[],
  { doubt, figures }: { readonly doubt?: string | undefined; readonly figures?: Readonly<Record<string, number>> } = {},
): Checked {
  const [first] = findings;
  const more = figures === undefined ? {} : { figures };
  if (first !== undefined) {
    const worst = findings.reduce((worse, each) => (each.by > worse.by ? each : worse), first);
    return {
      verdict: 'illegal',
      examined,
      count: findings.length,
      first,
      last: findings.at(-1) ?? first,
      worst,
      ...more,
    };
  }
  if (examined === 0) return { verdict: 'unknown', examined, why: 'there was nothing to examine' };
  return doubt === undefined ? { verdict: 'ok', examined, ...more } : { verdict: 'unknown', examined, why: doubt };
}
