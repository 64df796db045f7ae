/** The capacity of the pools: what is there, what goes, and when it is used up. */
import type { Sql } from '../../kit/postgres.ts';
import type { Kind } from '../domain/identifiers.ts';

export interface PoolCapacity {
  readonly kind: Kind;
  readonly total: number;
  readonly available: number;
  /** Leases begun in the last `windowDays`. */
  readonly leasedInWindow: number;
  readonly windowDays: number;
  /** When the pool is used up if it goes on like that; undefined when nothing was leased. */
  readonly exhaustedAt: Date | undefined;
}

/** Counts every pool and keeps the report; the forecast goes on as the last `windowDays` went. */
export async function makeCapacityReport(sql: Sql, windowDays: number, dayMs: number): Promise<number> {
  const made = await sql.query(
    `WITH pool AS (SELECT kind, count(*) AS total, count(*) FILTER (WHERE state = 'AVAILABLE') AS available FROM numbering.identifiers GROUP BY kind),
          leased AS (SELECT kind, count(*) AS leased FROM numbering.leases
                      WHERE created_at > now() - $1::integer * $2::float8 * interval '1 millisecond' GROUP BY kind)
     INSERT INTO numbering.capacity_reports (at, kind, total, available, leased_in_window, window_days, exhausted_at)
     SELECT now(), pool.kind, pool.total, pool.available, coalesce(leased.leased, 0), $1::integer,
            CASE WHEN leased.leased > 0
                 THEN now() + (pool.available::float8 / leased.leased) * $1::integer * $2::float8 * interval '1 millisecond' END
       FROM pool LEFT JOIN leased ON leased.kind = pool.kind ORDER BY pool.kind`,
    [windowDays, dayMs],
  );
  return made.rowCount ?? 0;
}

/** The latest report; undefined when none was made. */
export async function readCapacityReport(
  sql: Sql,
): Promise<{ readonly at: Date; readonly pools: readonly PoolCapacity[] } | undefined> {
  const found = await sql.query<{
    at: Date;
    kind: Kind;
    total: string;
    available: string;
    leased_in_window: string;
    window_days: number;
    exhausted_at: Date | null;
  }>(
    `SELECT at, kind, total, available, leased_in_window, window_days, exhausted_at FROM numbering.capacity_reports
      WHERE at = (SELECT max(at) FROM numbering.capacity_reports) ORDER BY kind`,
  );
  const [first] = found.rows;
  if (first === undefined) return undefined;
  const pools = found.rows.map((row) => ({
    kind: row.kind,
    total: Number(row.total),
    available: Number(row.available),
    leasedInWindow: Number(row.leased_in_window),
    windowDays: row.window_days,
    exhaustedAt: row.exhausted_at ?? undefined,
  }));
  return { at: first.at, pools };
}
