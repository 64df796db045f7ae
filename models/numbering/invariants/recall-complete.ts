import type { Evidence, Invariant, Violation } from '../../../contract/index.ts';
import { runTime, tablesOf } from './tables.ts';
import type { AuditRow, LeaseRow, Tables } from './tables.ts';

/** Who recalls in bulk, as audit rows name it. */
const WORKER = 'job:recall-worker';

/**
 * After a bulk recall every lease of the tenant is recalled, once, and no lease of another tenant is. Which tenants were
 * suspended is compliance-engine's word, not that of those who recall.
 */
export const invariant: Invariant = {
  name: 'recall-complete',
  check(evidence) {
    const tables = tablesOf(evidence);
    const suspended = suspendedTenants(evidence);
    const concerned = tables.leases.filter(({ tenant_id: tenantId }) => suspended.has(tenantId));
    const recalls = tables.audit.filter(({ action, actor }) => action === 'recalled' && actor === WORKER);
    return {
      examined: suspended.size === 0 ? 0 : concerned.length + recalls.length,
      violations: [...left(concerned), ...doubled(recalls, tables), ...ofOthers(recalls, suspended, tables)],
    };
  },
  plant(evidence) {
    const { leases } = tablesOf(evidence);
    const suspended = suspendedTenants(evidence);
    const model = leases.find(({ tenant_id: tenantId }) => suspended.has(tenantId));
    if (model === undefined) return evidence;
    const planted = [
      ...leases,
      { ...model, id: 'planted', status: 'ACTIVE' },
    ] as unknown as Evidence['finalState'][string];
    return { ...evidence, finalState: { ...evidence.finalState, leases: planted } };
  },
};

function suspendedTenants({ finalState }: Evidence): ReadonlySet<string> {
  return new Set((finalState['suspensions'] ?? []).map((row) => String(row['tenant_id'])));
}

function left(concerned: readonly LeaseRow[]): readonly Violation[] {
  const active = Map.groupBy(
    concerned.filter(({ status }) => status === 'ACTIVE'),
    ({ tenant_id: tenantId }) => tenantId,
  );
  return [...active].map(([tenantId, leases]) => ({
    what: `${leases.length} leases of ${tenantId} are left, such as ${leases[0]?.id} on ${leases[0]?.subject}`,
  }));
}

/** A lease that was recalled again, without having been given back in between. */
function doubled(recalls: readonly AuditRow[], tables: Tables): readonly Violation[] {
  const back = new Set(tables.audit.flatMap(({ action, detail }) => (action === 'reinstated' ? [detail.leaseId] : [])));
  const seen = new Set<string | undefined>();
  return recalls.flatMap((recall): Violation[] => {
    const { leaseId } = recall.detail;
    if (back.has(leaseId)) return [];
    if (!seen.has(leaseId)) {
      seen.add(leaseId);
      return [];
    }
    return [{ at: runTime(tables, recall.at), what: `lease ${leaseId} on ${recall.subject} was recalled twice` }];
  });
}

function ofOthers(recalls: readonly AuditRow[], suspended: ReadonlySet<string>, tables: Tables): readonly Violation[] {
  return recalls
    .filter(({ detail: { tenantId } }) => tenantId === null || !suspended.has(tenantId))
    .map(({ at, subject, detail: { tenantId } }) => ({
      at: runTime(tables, at),
      what: `${subject} of ${String(tenantId)}, which was not suspended, was recalled`,
    }));
}
