/** Reads and writes of `numbering.reservations`. */
import type { Sql } from '../../kit/postgres.ts';
import type { IdentifierKey, Kind } from '../domain/identifiers.ts';

export type ReservationStatus = 'ACTIVE' | 'ASSIGNED' | 'RELEASED' | 'EXPIRED';

/** One row of `numbering.reservations`. */
export interface Reservation extends IdentifierKey {
  readonly id: string;
  readonly tenantId: string;
  readonly status: ReservationStatus;
  readonly expiresAt: Date;
}

interface Row {
  id: string;
  kind: Kind;
  value: string;
  tenant_id: string;
  status: ReservationStatus;
  expires_at: Date;
}

function fromRow(row: Row): Reservation {
  return {
    id: row.id,
    kind: row.kind,
    value: row.value,
    tenantId: row.tenant_id,
    status: row.status,
    expiresAt: row.expires_at,
  };
}

/** A tenant's reservation, locked until the transaction ends. */
export async function lockReservation(sql: Sql, id: string, tenantId: string): Promise<Reservation | undefined> {
  const found = await sql.query<Row>(
    `SELECT id, kind, value, tenant_id, status, expires_at FROM numbering.reservations WHERE id = $1 AND tenant_id = $2 FOR UPDATE`,
    [id, tenantId],
  );
  const row = found.rows[0];
  return row === undefined ? undefined : fromRow(row);
}

export async function insertReservation(sql: Sql, reservation: Reservation, now: Date): Promise<void> {
  await sql.query(
    `INSERT INTO numbering.reservations (id, kind, value, tenant_id, status, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      reservation.id,
      reservation.kind,
      reservation.value,
      reservation.tenantId,
      reservation.status,
      now,
      reservation.expiresAt,
    ],
  );
}

export async function endReservations(
  sql: Sql,
  ids: readonly string[],
  status: ReservationStatus,
  now: Date,
): Promise<void> {
  await sql.query(`UPDATE numbering.reservations SET status = $2, ended_at = $3 WHERE id = ANY($1::uuid[])`, [
    ids,
    status,
    now,
  ]);
}

/** Reservations locked by a sweep, and the database's time by which they were judged. */
export interface Expired {
  readonly reservations: readonly Reservation[];
  /** Undefined when there are none. */
  readonly at: Date | undefined;
}

/**
 * Locks up to `limit` reservations that are over by the database's clock and not yet released, the oldest first; with `ids` only among those.
 * Reservations that another transaction holds are left out.
 */
export async function lockExpired(sql: Sql, limit: number, ids?: readonly string[]): Promise<Expired> {
  const found = await sql.query<Row & { at: Date }>(
    `SELECT id, kind, value, tenant_id, status, expires_at, now() AS at FROM numbering.reservations
      WHERE status = 'ACTIVE' AND expires_at <= now() AND ($2::uuid[] IS NULL OR id = ANY($2::uuid[]))
      ORDER BY expires_at, id LIMIT $1 FOR UPDATE SKIP LOCKED`,
    [limit, ids ?? null],
  );
  return { reservations: found.rows.map(fromRow), at: found.rows[0]?.at };
}

/** A reservation with the time it was made, and the database's time when it was read. */
export type DatedReservation = Reservation & { readonly createdAt: Date; readonly at: Date };

/** All reservations that are not released. */
export async function activeReservations(sql: Sql): Promise<DatedReservation[]> {
  const found = await sql.query<Row & { created_at: Date; at: Date }>(
    `SELECT id, kind, value, tenant_id, status, expires_at, created_at, now() AS at FROM numbering.reservations WHERE status = 'ACTIVE' ORDER BY id`,
  );
  return found.rows.map((row) => ({ ...fromRow(row), createdAt: row.created_at, at: row.at }));
}
