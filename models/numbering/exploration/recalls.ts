import type { CaseFailure, Explored, Ms } from '../../../contract/index.ts';
import { runTime, tablesOf } from '../invariants/tables.ts';

/** Leases that one tick of a bulk recall takes here, in place of the document's 100: tenants have few. */
export const RECALLED_PER_TICK = 1;
/** Between two ticks, in place of 100 ms: a recall takes some seconds all the same. */
export const RECALL_TICK_MS: Ms = 2000;
const TOPOLOGY = 'core+recall';
const WORKER = 'job:recall-worker';

/** A bulk recall takes so many leases at a time and no more: those of one tick have one instant. */
export function recalls(explored: Explored): readonly CaseFailure[] {
  if (explored.case.topology !== TOPOLOGY) return [];
  const tables = tablesOf(explored);
  const ticks = Map.groupBy(
    tables.audit.filter(({ actor, action }) => actor === WORKER && action === 'recalled'),
    ({ at }) => at,
  );
  return [...ticks].flatMap(([at, taken]): CaseFailure[] => {
    if (taken.length <= RECALLED_PER_TICK) return [];
    const subjects = taken.map(({ subject }) => subject).join(', ');
    return [
      {
        check: 'answers:recall-paced',
        what: `one tick recalled ${taken.length}: ${subjects}`,
        at: runTime(tables, at),
      },
    ];
  });
}
