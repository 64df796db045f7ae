import type { Explored, Operation, PlannedFault } from '../../../contract/index.ts';

/**
 * Operations that had ended before anything was broken: all of a run without a fault, none where links were slow.
 * @param matters which faults break what is looked at; absent: each
 */
export function quiet(
  { operations, case: drawn, faults }: Explored,
  matters: (planned: PlannedFault) => boolean = () => true,
): readonly Operation[] {
  if (drawn.slowLinks.length > 0) return [];
  const broken = Math.min(
    ...faults.flatMap(({ skipped, planned, injectedAt }) =>
      skipped === undefined && matters(planned) ? [injectedAt] : [],
    ),
  );
  return operations.filter(({ completedAt = Infinity }) => completedAt < broken);
}
