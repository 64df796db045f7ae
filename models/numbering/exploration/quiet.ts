import type { Explored, Operation } from '../../../contract/index.ts';

/** Operations that had ended before anything was broken: all of a run without a fault, none where links were slow. */
export function quiet({ operations, case: drawn, faults }: Explored): readonly Operation[] {
  if (drawn.slowLinks.length > 0) return [];
  const broken = Math.min(...faults.filter(({ skipped }) => skipped === undefined).map(({ injectedAt }) => injectedAt));
  return operations.filter(({ completedAt = Infinity }) => completedAt < broken);
}
