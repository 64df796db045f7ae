/** Leases by status, in one statement with the time as of which they are that. */
import type { Sql } from '../../kit/postgres.ts';

export interface LeaseReport {
  readonly asOf: Date;
  readonly active: number;
  readonly released: number;
  readonly recalled: number;
}

/** @param heartbeat on a standby the last heartbeat is the time; on the primary it is now */
export async function readLeaseReport(sql: Sql, heartbeat: boolean): Promise<LeaseReport> {
  const { rows } = await sql.query<{ as_of: Date; active: number; released: number; recalled: number }>(
    `SELECT CASE WHEN $1 THEN (SELECT at FROM numbering.heartbeat) ELSE now() END AS as_of,
            count(*) FILTER (WHERE status = 'ACTIVE')::int AS active,
            count(*) FILTER (WHERE status = 'RELEASED')::int AS released,
            count(*) FILTER (WHERE status = 'RECALLED')::int AS recalled
       FROM numbering.leases`,
    [heartbeat],
  );
  const row = rows[0];
  if (row === undefined) throw new Error('an aggregate gave no row');
  return { asOf: row.as_of, active: row.active, released: row.released, recalled: row.recalled };
}
