import type { Evidence, Invariant, Ms, Violation } from '../../../contract/index.ts';
import { tablesOf } from './tables.ts';
import type { LeaseRow, Tables } from './tables.ts';

/** A lease that was active before the fault, as its holder was told. */
interface Known {
  readonly id: string;
  readonly tenantId: string;
  readonly validUntil: Ms;
}

/**
 * Every lease active before the fault is active after it, with the same holder and end, unless it was released, recalled or
 * expired. What was active is what holders were told before the injection, by an assignment or a validation: the database
 * that may have lost a lease is not asked for it.
 */
export const invariant: Invariant = {
  name: 'active-leases-preserved',
  check(evidence) {
    const tables = tablesOf(evidence);
    const known = knownLeases(evidence);
    const rows = new Map(tables.leases.map((row) => [row.id, row]));
    return {
      examined: known.length,
      violations: known.flatMap((lease) => preserved(lease, rows.get(lease.id), tables)),
    };
  },
  plant(evidence) {
    const lost = knownLeases(evidence).at(-1)?.id;
    const { leases } = tablesOf(evidence);
    return {
      ...evidence,
      finalState: { ...evidence.finalState, leases: leases.filter(({ id }) => id !== lost) as never },
    };
  },
};

function knownLeases({ operations, instants: { injected = Infinity } }: Evidence): readonly Known[] {
  const known = new Map<string, Known>();
  for (const { name, outcome, input, result, completedAt } of operations) {
    if (outcome !== 'ok' || (completedAt ?? Infinity) > injected) continue;
    if (name !== 'assign' && !(name === 'validate' && result?.['valid'] === true)) continue;
    const id = String(result?.['leaseId']);
    if (!known.has(id))
      known.set(id, {
        id,
        tenantId: String(input['tenantId']),
        validUntil: Date.parse(String(result?.['validUntil'])),
      });
  }
  return [...known.values()];
}

function preserved(
  { id, tenantId, validUntil }: Known,
  row: LeaseRow | undefined,
  tables: Tables,
): readonly Violation[] {
  if (row === undefined) return [{ what: `lease ${id} of ${tenantId} is gone` }];
  const said = `lease ${id} of ${row.subject}`;
  if (row.tenant_id !== tenantId) return [{ what: `${said} was ${tenantId}'s and is ${row.tenant_id}'s` }];
  if (row.valid_until !== validUntil)
    return [{ what: `${said} was to end at ${iso(validUntil)} and ends at ${iso(row.valid_until)}` }];
  // A release or a recall is committed with its change; a status without one came about otherwise.
  const ended = { ACTIVE: undefined, RELEASED: 'released', RECALLED: 'recalled' }[row.status];
  if (ended === undefined || tables.audit.some(({ action, detail }) => action === ended && detail.leaseId === id))
    return [];
  return [{ what: `${said} is ${row.status}, but no change tells of it` }];
}

function iso(at: Ms): string {
  return Number.isFinite(at) ? new Date(at).toISOString() : String(at);
}
