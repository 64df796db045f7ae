import type { Observations } from '../contract/index.ts';

/** What was counted since `before`, by name. */
export function since(before: Observations, now: Observations, name: string): number {
  return (now[name] ?? 0) - (before[name] ?? 0);
}

/** The sum of one count over several things observed. */
export function total(before: readonly Observations[], now: readonly Observations[], name: string): number {
  return now.reduce((sum, counts, i) => sum + since(before[i] ?? {}, counts, name), 0);
}
