import type { Evidence, Invariant, Operation, Violation } from '../../../contract/index.ts';
import { certainHolds } from './holds.ts';
import { changesBySubject, runTime, tablesOf } from './tables.ts';
import type { AuditRow, Tables } from './tables.ts';

/**
 * At no moment do two tenants hold a reservation or lease on the same identifier. Looked at three times: as the clients saw
 * it, as the changes were committed in the order of their versions, and as the rows stand at the end.
 */
export const invariant: Invariant = {
  name: 'single-holder',
  check(evidence) {
    const tables = tablesOf(evidence);
    const changes = changesBySubject(tables.audit);
    return {
      examined: new Set([...changes.keys(), ...certainHolds(evidence.operations).map(({ subject }) => subject)]).size,
      violations: [
        ...seenByClients(evidence.operations),
        ...[...changes.values()].flatMap((list) => committed(list, tables)),
        ...untold(tables),
        ...atTheEnd(tables),
      ],
    };
  },
  plant(evidence) {
    const model = certainHolds(evidence.operations).at(-1)?.by;
    if (model === undefined) return evidence;
    const second: Operation = {
      ...model,
      id: -1,
      process: 'planted',
      input: { ...model.input, tenantId: 'planted' },
      result: { ...model.result, reservationId: 'planted', leaseId: 'planted' },
    };
    return { ...evidence, operations: [...evidence.operations, second] };
  },
};

/** Two holds of different tenants overlap, by what both were told. */
function seenByClients(operations: Evidence['operations']): readonly Violation[] {
  const holds = Map.groupBy(certainHolds(operations), ({ subject }) => subject);
  return [...holds.values()].flatMap((list) => {
    const sorted = list.toSorted((a, b) => a.from - b.from);
    return sorted.flatMap((hold, i): Violation[] => {
      const other = sorted.slice(0, i).find(({ tenantId, to }) => tenantId !== hold.tenantId && to > hold.from);
      if (other === undefined) return [];
      const what = `${hold.tenantId} was given ${hold.subject} while ${other.tenantId} held it (operations ${other.by.id} and ${hold.by.id})`;
      return [{ at: hold.from, what }];
    });
  });
}

const TAKES: readonly string[] = ['reserved', 'assigned', 'reinstated'];

/** A change gives an identifier to a tenant while another one's, or another reservation, still stands; or two are of one version. */
function committed(changes: readonly AuditRow[], tables: Tables): readonly Violation[] {
  const violations: Violation[] = [];
  let holder: AuditRow | undefined;
  let version = 0;
  for (const change of changes) {
    const { action, detail, subject } = change;
    const violate = (what: string): number =>
      violations.push({ at: runTime(tables, change.at), what: `${subject} version ${change.version}: ${what}` });
    if (change.version === version) violate('two changes of one version');
    version = change.version;
    if (!TAKES.includes(action)) {
      holder = undefined;
      continue;
    }
    const held = holder?.detail;
    const itsOwn = action === 'assigned' && held?.to === 'RESERVED' && held.tenantId === detail.tenantId;
    if (held !== undefined && !itsOwn)
      violate(`${action} for ${String(detail.tenantId)} while ${String(held.tenantId)} held it`);
    holder = change;
  }
  return violations;
}

/** Reservations and leases that no committed change tells of: what the changes say would not be all there is. */
function untold({ audit, reservations, leases }: Tables): readonly Violation[] {
  const told = new Set(
    audit.flatMap(({ action, detail: { reservationId, leaseId, tenantId } }) => {
      const id = action === 'reserved' ? reservationId : action === 'assigned' ? leaseId : undefined;
      return id === undefined ? [] : [`${id} ${String(tenantId)}`];
    }),
  );
  const changed = new Set(audit.map(({ subject }) => subject));
  // Leases of untouched identifiers were loaded with the inventory.
  return [...reservations, ...leases.filter(({ subject }) => changed.has(subject))]
    .filter(({ id, tenant_id: tenantId }) => !told.has(`${id} ${tenantId}`))
    .map(({ id, subject, tenant_id: tenantId }) => ({
      what: `${tenantId} holds or held ${subject} by ${id}, of which no change tells`,
    }));
}

/** More than one reservation or lease stands at the end. */
function atTheEnd({ reservations, leases }: Tables): readonly Violation[] {
  const standing = [...reservations, ...leases].filter(({ status }) => status === 'ACTIVE');
  return [...Map.groupBy(standing, ({ subject }) => subject)].flatMap(([subject, rows]) =>
    rows.length > 1 ? [{ what: `${subject} ends with ${rows.map((row) => row.tenant_id).join(' and ')}` }] : [],
  );
}
