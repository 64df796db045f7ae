import type { Checked, CheckFinding } from '../../contract/index.ts';

export type { Checked, CheckFinding as Finding } from '../../contract/index.ts';

/** The verdict over findings in the order of time. `doubt`: why it could be otherwise, where nothing was found. */
export function checked(
  examined: number,
  findings: readonly CheckFinding[],
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
