/** The ledger of leases: when each began and ended, as events told. Events may come again and in any order. */
import type { Sql } from '../../kit/postgres.ts';
import type { IdentifierEvent } from '../domain/events.ts';

/** What an event means to billing. Others mean nothing. */
const ENTRY_OF: Readonly<Record<string, 'BEGIN' | 'END'>> = {
  'numbering.identifier.assigned.v1': 'BEGIN',
  'numbering.identifier.reinstated.v1': 'BEGIN',
  'numbering.identifier.released.v1': 'END',
  'numbering.identifier.recalled.v1': 'END',
};

/** Adds the event's entry, once. One that was added before is locked and left as it is, so that the commit waits for the standby then too. */
export async function enter(sql: Sql, event: IdentifierEvent): Promise<void> {
  const kind = ENTRY_OF[event.type];
  if (kind === undefined) return;
  const { leaseId, tenantId, at } = event.payload;
  if (leaseId === undefined || tenantId === undefined)
    throw new Error(`${event.type} of ${event.aggregate} version ${event.version} names no lease or no tenant`);
  await sql.query(
    `INSERT INTO billing.entries (subject, version, lease_id, tenant_id, kind, at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (subject, version) DO UPDATE SET at = excluded.at WHERE false`,
    [event.aggregate, event.version, leaseId, tenantId, kind, at],
  );
}

/** A lease as the ledger has it. */
export interface BilledLease {
  readonly leaseId: string;
  readonly subject: string;
  readonly tenantId: string;
  /** True while it is charged for. */
  readonly running: boolean;
  readonly version: number;
  readonly since: string;
}

/** A page of leases by their last entry, ordered by id. */
export async function billedLeases(sql: Sql, page: { after?: string; limit: number }): Promise<BilledLease[]> {
  const found = await sql.query<{
    lease_id: string;
    subject: string;
    tenant_id: string;
    kind: string;
    version: string;
    at: Date;
  }>(
    `SELECT DISTINCT ON (lease_id) lease_id, subject, tenant_id, kind, version, at FROM billing.entries
      WHERE $1::uuid IS NULL OR lease_id > $1 ORDER BY lease_id, version DESC LIMIT $2`,
    [page.after ?? null, page.limit],
  );
  return found.rows.map((row) => ({
    leaseId: row.lease_id,
    subject: row.subject,
    tenantId: row.tenant_id,
    running: row.kind === 'BEGIN',
    version: Number(row.version),
    since: row.at.toISOString(),
  }));
}
