/** Which events a service has taken in: one that is delivered again has no second effect. */
import type { Sql } from './postgres.ts';

/**
 * Notes `eventId` in the inbox of `schema`, in the transaction of its effect.
 * @returns false when it was noted before: there is nothing to do
 */
export async function firstDelivery(sql: Sql, schema: string, eventId: string): Promise<boolean> {
  const noted = await sql.query(
    `INSERT INTO ${schema}.inbox (event_id) VALUES ($1) ON CONFLICT (event_id) DO NOTHING RETURNING event_id`,
    [eventId],
  );
  return noted.rows.length > 0;
}
