/** Reads and writes of `numbering.recalls`: bulk recalls and how far each has come. */
import type { Sql } from '../../kit/postgres.ts';
import type { Suspended } from '../domain/events.ts';
import type { Identifier, Kind } from '../domain/identifiers.ts';

/** A recall that is not finished, locked until the transaction ends. */
export interface Recall {
  readonly eventId: string;
  readonly tenantId: string;
  readonly reason: string;
  /** The last lease that was looked at; undefined: begin with the first. */
  readonly afterLease: string | undefined;
  /** By the database's clock. */
  readonly at: Date;
}

/**
 * Notes the recall that a suspension asks for, in a transaction of its own. Calls that make a lease of the tenant and have asked
 * `isSuspended` are waited for, so that the recall sees what they made; later ones see the recall. What was noted before is locked and left
 * as it is, so that the commit waits for the standby then too.
 * @returns false when the event was noted before
 */
export async function noteRecall(sql: Sql, suspended: Suspended): Promise<boolean> {
  await sql.query(`SELECT pg_advisory_xact_lock(numbering.recall_lock($1))`, [suspended.tenantId]);
  const noted = await sql.query(
    `INSERT INTO numbering.recalls (event_id, tenant_id, reason, received_at) VALUES ($1, $2, $3, now())
     ON CONFLICT (event_id) DO UPDATE SET reason = excluded.reason WHERE false RETURNING event_id`,
    [suspended.eventId, suspended.tenantId, suspended.reason],
  );
  return noted.rows.length > 0;
}

/** Whether the tenant's leases are, or were, recalled in bulk; the answer stays true until the transaction ends. */
export async function isSuspended(sql: Sql, tenantId: string): Promise<boolean> {
  const told = await sql.query<{ suspended: boolean }>(`SELECT numbering.is_suspended($1) AS suspended`, [tenantId]);
  return told.rows[0]?.suspended === true;
}

/** The oldest unfinished recall, among `eventIds` where they are given; one that another worker holds is left out. */
export async function lockUnfinished(sql: Sql, eventIds: readonly string[] | undefined): Promise<Recall | undefined> {
  const found = await sql.query<{
    event_id: string;
    tenant_id: string;
    reason: string;
    after_lease: string | null;
    at: Date;
  }>(
    `SELECT event_id, tenant_id, reason, after_lease, now() AS at FROM numbering.recalls
      WHERE finished_at IS NULL AND ($1::uuid[] IS NULL OR event_id = ANY($1::uuid[]))
      ORDER BY received_at, event_id LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [eventIds ?? null],
  );
  const row = found.rows[0];
  if (row === undefined) return undefined;
  const { event_id: eventId, tenant_id: tenantId, after_lease: afterLease, reason, at } = row;
  return { eventId, tenantId, reason, afterLease: afterLease ?? undefined, at };
}

/** An active lease with its identifier as it stands. */
export interface ActiveLease {
  readonly leaseId: string;
  readonly identifier: Identifier;
}

/** Below every id of a lease. */
const NO_LEASE = '00000000-0000-0000-0000-000000000000';

/**
 * Locks up to `limit` active leases of the tenant after the given one, in the order of their ids. The limit is part of the
 * text: a plan made for any limit would read the whole inventory.
 */
export async function lockActiveLeases(
  sql: Sql,
  tenantId: string,
  afterLease: string | undefined,
  limit: number,
): Promise<ActiveLease[]> {
  const found = await sql.query<{ id: string; kind: Kind; value: string; version: string }>(
    `SELECT l.id, i.kind, i.value, i.version
       FROM (SELECT id, kind, value FROM numbering.leases
              WHERE tenant_id = $1 AND status = 'ACTIVE' AND id > $2 ORDER BY id LIMIT ${Math.trunc(limit)} FOR UPDATE) AS l
       JOIN numbering.identifiers i ON i.kind = l.kind AND i.value = l.value AND i.lease_id = l.id AND i.state = 'ASSIGNED'
      ORDER BY l.id`,
    [tenantId, afterLease ?? NO_LEASE],
  );
  return found.rows.map(({ id, kind, value, version }) => ({
    leaseId: id,
    identifier: {
      kind,
      value,
      state: 'ASSIGNED',
      version: Number(version),
      tenantId,
      reservationId: undefined,
      leaseId: id,
      quarantineUntil: undefined,
    },
  }));
}

/** The leases are recalled. */
export async function setRecalled(sql: Sql, leaseIds: readonly string[], at: Date, reason: string): Promise<void> {
  await sql.query(
    `UPDATE numbering.leases SET status = 'RECALLED', ended_at = $2, recall_reason = $3 WHERE id = ANY($1::uuid[])`,
    [leaseIds, at, reason],
  );
}

/** Notes how far the recall has come. */
export async function noteProgress(
  sql: Sql,
  eventId: string,
  progress: { recalled: number; afterLease: string | undefined; finished: boolean },
): Promise<void> {
  await sql.query(
    `UPDATE numbering.recalls SET recalled = recalled + $2, after_lease = $3,
            finished_at = CASE WHEN $4 THEN now() ELSE NULL END WHERE event_id = $1`,
    [eventId, progress.recalled, progress.afterLease ?? null, progress.finished],
  );
}
