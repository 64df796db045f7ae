/** Reads and writes of `numbering.leases`. */
import type { Sql } from '../../kit/postgres.ts';
import type { IdentifierKey, Kind, State } from '../domain/identifiers.ts';

export type LeaseStatus = 'ACTIVE' | 'RELEASED' | 'RECALLED';

/** One row of `numbering.leases`. */
export interface Lease extends IdentifierKey {
  readonly id: string;
  readonly tenantId: string;
  readonly status: LeaseStatus;
  readonly validUntil: Date;
}

interface Row {
  id: string;
  kind: Kind;
  value: string;
  tenant_id: string;
  status: LeaseStatus;
  valid_until: Date;
}

/** A lease, locked until the transaction ends; with `tenantId` only if it is that tenant's. */
export async function lockLease(sql: Sql, id: string, tenantId?: string): Promise<Lease | undefined> {
  const found = await sql.query<Row>(
    `SELECT id, kind, value, tenant_id, status, valid_until FROM numbering.leases
      WHERE id = $1 AND ($2::text IS NULL OR tenant_id = $2) FOR UPDATE`,
    [id, tenantId ?? null],
  );
  const row = found.rows[0];
  if (row === undefined) return undefined;
  return {
    id: row.id,
    kind: row.kind,
    value: row.value,
    tenantId: row.tenant_id,
    status: row.status,
    validUntil: row.valid_until,
  };
}

export async function insertLease(sql: Sql, lease: Lease, now: Date): Promise<void> {
  await sql.query(
    `INSERT INTO numbering.leases (id, kind, value, tenant_id, status, created_at, valid_until) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [lease.id, lease.kind, lease.value, lease.tenantId, lease.status, now, lease.validUntil],
  );
}

/** Sets the status; `endedAt` and `reason` are null for a lease that is active again. */
export async function setLeaseStatus(
  sql: Sql,
  id: string,
  status: LeaseStatus,
  endedAt: Date | null,
  reason: string | null,
): Promise<void> {
  await sql.query(`UPDATE numbering.leases SET status = $2, ended_at = $3, recall_reason = $4 WHERE id = $1`, [
    id,
    status,
    endedAt,
    reason,
  ]);
}

/** What a validation rests on. */
export interface LeaseFacts {
  readonly state: State;
  readonly version: number;
  readonly tenantId: string | undefined;
  readonly leaseId: string | undefined;
  readonly validUntil: Date | undefined;
}

/** The facts of one identifier, from the primary; undefined when it is not in the inventory. */
export async function readLeaseFacts(sql: Sql, key: IdentifierKey): Promise<LeaseFacts | undefined> {
  const found = await sql.query<{
    state: State;
    version: string;
    tenant_id: string | null;
    lease_id: string | null;
    valid_until: Date | null;
  }>(
    `SELECT i.state, i.version, l.tenant_id, l.id AS lease_id, l.valid_until
       FROM numbering.identifiers i
       LEFT JOIN numbering.leases l ON l.id = i.lease_id AND l.status = 'ACTIVE' AND i.state = 'ASSIGNED'
      WHERE i.kind = $1 AND i.value = $2`,
    [key.kind, key.value],
  );
  const row = found.rows[0];
  if (row === undefined) return undefined;
  return {
    state: row.state,
    version: Number(row.version),
    tenantId: row.tenant_id ?? undefined,
    leaseId: row.lease_id ?? undefined,
    validUntil: row.valid_until ?? undefined,
  };
}
