/** What numbering-service exports from PostgreSQL: one query for all gauges, judged by the database's clock as the jobs do. */
import type { Sql } from '../../kit/postgres.ts';

export interface StoreGauges {
  /** Reservations that are not released, expired ones included. */
  readonly reservationsActive: number;
  /** Seconds since the oldest expired and unreleased reservation expired; 0 without one. */
  readonly cleanupLagSeconds: number;
  /** Identifiers in quarantine past their quarantineUntil. */
  readonly quarantineBacklog: number;
  /** Seconds since the oldest unpublished event was stored; 0 without one. */
  readonly outboxLagSeconds: number;
  /** The share of the short codes that is AVAILABLE, platform-wide; undefined when there is none. */
  readonly shortCodesAvailable: number | undefined;
}

export async function readGauges(sql: Sql): Promise<StoreGauges> {
  const read = await sql.query<{
    active: string;
    oldest_expired: Date | null;
    backlog: string;
    oldest_event: Date | null;
    short_codes: number | null;
    at: Date;
  }>(
    `SELECT (SELECT count(*) FROM numbering.reservations WHERE status = 'ACTIVE') AS active,
            (SELECT min(expires_at) FROM numbering.reservations WHERE status = 'ACTIVE' AND expires_at <= now()) AS oldest_expired,
            (SELECT count(*) FROM numbering.identifiers WHERE state = 'QUARANTINE' AND quarantine_until <= now()) AS backlog,
            (SELECT created_at FROM numbering.outbox WHERE published_at IS NULL ORDER BY seq LIMIT 1) AS oldest_event,
            (SELECT count(*) FILTER (WHERE state = 'AVAILABLE')::float8 / nullif(count(*), 0)
               FROM numbering.identifiers WHERE kind = 'SHORT_CODE') AS short_codes,
            now() AS at`,
  );
  const row = read.rows[0];
  const age = (since: Date | null | undefined): number =>
    row === undefined || since === null || since === undefined
      ? 0
      : Math.max(0, (row.at.getTime() - since.getTime()) / 1000);
  return {
    reservationsActive: Number(row?.active ?? 0),
    cleanupLagSeconds: age(row?.oldest_expired),
    quarantineBacklog: Number(row?.backlog ?? 0),
    outboxLagSeconds: age(row?.oldest_event),
    shortCodesAvailable: row?.short_codes ?? undefined,
  };
}
