/** Counts of what a tenant holds. */
import type { Sql } from '../../kit/postgres.ts';

/** What a quota is about. */
export type Holding = 'reservations' | 'leases';

/** Reservations that are active and not over, or active leases, of one tenant. */
export async function countHoldings(sql: Sql, holding: Holding, tenantId: string, now: Date): Promise<number> {
  const counted =
    holding === 'reservations'
      ? await sql.query<{ held: string }>(
          `SELECT count(*) AS held FROM numbering.reservations WHERE tenant_id = $1 AND status = 'ACTIVE' AND expires_at > $2`,
          [tenantId, now],
        )
      : await sql.query<{ held: string }>(
          `SELECT count(*) AS held FROM numbering.leases WHERE tenant_id = $1 AND status = 'ACTIVE'`,
          [tenantId],
        );
  return Number(counted.rows[0]?.held ?? 0);
}

/** Until the transaction ends no other one counts or adds to the tenant's holdings under this lock. */
export async function lockHoldings(sql: Sql, tenantId: string): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`holdings:${tenantId}`]);
}
