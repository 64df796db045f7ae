import type { Explored, Operation, PlannedFault } from '../../../contract/index.ts';

/**
 * Operations that had ended before anything was broken: all of a run without a fault, none where links were slow.
 * @param matters which faults break what is looked at; absent: each
 */
export function quiet(
  explored: Explored,
  matters: (planned: PlannedFault) => boolean = () => true,
): readonly Operation[] {
  return explored.case.slowLinks.length > 0 ? [] : beforeFaults(explored, matters);
}

/** Operations that had ended before anything was broken or slow, where faults of Redis and of the way to it are none: what it keeps is kept in PostgreSQL too. */
export const quietButForRedis = (explored: Explored): readonly Operation[] =>
  untouched(explored, (targets) => targets.includes('redis'));

/** The same, where faults of the standby and of the way to it break nothing: validations are read from the primary. */
export const quietButForStandby = (explored: Explored): readonly Operation[] =>
  untouched(explored, (targets) => targets.includes('postgres-mzr'));

/** Operations that had ended before anything was broken or slow but what is harmless to them. */
export function untouched(explored: Explored, harmless: (targets: readonly string[]) => boolean): readonly Operation[] {
  if (explored.case.slowLinks.some(({ from, to }) => !harmless([from, to]))) return [];
  return beforeFaults(explored, ({ targets }) => !harmless(targets));
}

function beforeFaults(
  { operations, faults }: Explored,
  matters: (planned: PlannedFault) => boolean,
): readonly Operation[] {
  const broken = Math.min(
    ...faults.flatMap(({ skipped, planned, injectedAt }) =>
      skipped === undefined && matters(planned) ? [injectedAt] : [],
    ),
  );
  return operations.filter(({ completedAt = Infinity }) => completedAt < broken);
}
