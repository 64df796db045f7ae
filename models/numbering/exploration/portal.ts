import type { CaseFailure, Explored } from '../../../contract/index.ts';
import { certainHolds } from '../invariants/holds.ts';
import { subjectOf } from '../invariants/tables.ts';

/** After a conflict the portal shows a fresh pool (NUM-22, FM-07): what was certainly another's all the time is not in it. */
export function portal({ operations }: Pick<Explored, 'operations'>): readonly CaseFailure[] {
  const holds = certainHolds(operations);
  return operations.flatMap(({ id, name, input, result, error, invokedAt, completedAt = Infinity }): CaseFailure[] => {
    const pool = result?.['pool'] as { readonly items?: readonly Readonly<Record<string, unknown>>[] } | undefined;
    if (name !== 'reserve' || error !== 'CONFLICT' || pool?.items === undefined) return [];
    const shown = new Set([...pool.items.map(subjectOf), subjectOf({ ...input, value: result?.['candidate'] })]);
    const stale = holds.find(({ subject, from, to }) => shown.has(subject) && from < invokedAt && to > completedAt);
    if (stale === undefined) return [];
    return [
      {
        check: 'answers:pool-is-fresh',
        what: `operation ${id}: the portal answered a conflict with a pool that shows ${stale.subject}, which ${stale.tenantId} holds (operation ${stale.by.id})`,
        at: invokedAt,
      },
    ];
  });
}
