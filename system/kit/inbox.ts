/** Which events a service has taken in: one that is delivered again has no second effect. */
import type { Sql } from './postgres.ts';

/**
 * Notes `eventId` in the inbox of `schema`, in the transaction of its effect. What was noted before is locked and left as it is, so that
 * the commit of a second delivery waits for the standby as the first one's did.
 * @returns false when it was noted before: there is nothing to do
 */
export async function firstDelivery(sql: Sql, schema: string, eventId: string): Promise<boolean> {
  const noted = await sql.query(
    `INSERT INTO ${schema}.inbox (event_id) VALUES ($1)
     ON CONFLICT (event_id) DO UPDATE SET event_id = excluded.event_id WHERE false RETURNING event_id`,
    [eventId],
  );
  return noted.rows.length > 0;
}
