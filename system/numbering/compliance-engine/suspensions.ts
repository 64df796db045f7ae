/** Suspensions: stored first, then published until they are confirmed. */
import { randomUUID } from 'node:crypto';
import { firstDelivery } from '../../kit/inbox.ts';
import type { NatsLink } from '../../kit/nats.ts';
import type { Sql } from '../../kit/postgres.ts';
import { SUSPENDED_EVENT, type Suspended } from '../domain/events.ts';
import { COMPLIANCE } from '../streams.ts';

/** Suspensions published in one run. */
const BATCH = 100;

/** Stores a suspension of the tenant. */
export async function suspend(sql: Sql, tenantId: string, source: string): Promise<Suspended> {
  const suspended: Suspended = { eventId: randomUUID(), tenantId, reason: 'ABUSE', at: new Date().toISOString() };
  await sql.query(
    `INSERT INTO compliance.suspensions (event_id, tenant_id, reason, source, at) VALUES ($1, $2, $3, $4, $5)`,
    [suspended.eventId, tenantId, suspended.reason, source, suspended.at],
  );
  return suspended;
}

/** As `suspend`, once for the event that asks for it, in a transaction. @returns whether there is a new suspension */
export async function suspendFor(sql: Sql, eventId: string, tenantId: string, source: string): Promise<boolean> {
  if (!(await firstDelivery(sql, 'compliance', eventId))) return false;
  await suspend(sql, tenantId, source);
  return true;
}

/** Publishes what is not yet published, the oldest first. @throws NatsAway; the rest stays for the next run */
export async function publishSuspensions(sql: Sql, nats: Pick<NatsLink, 'publish'>): Promise<number> {
  const found = await sql.query<{ event_id: string; tenant_id: string; reason: 'ABUSE'; at: Date }>(
    `SELECT event_id, tenant_id, reason, at FROM compliance.suspensions
      WHERE published_at IS NULL ORDER BY at, event_id LIMIT $1`,
    [BATCH],
  );
  for (const { event_id: eventId, tenant_id: tenantId, reason, at } of found.rows) {
    const suspended: Suspended = { eventId, tenantId, reason, at: at.toISOString() };
    await nats.publish(COMPLIANCE, SUSPENDED_EVENT, eventId, suspended);
    await sql.query(`UPDATE compliance.suspensions SET published_at = now() WHERE event_id = $1`, [eventId]);
  }
  return found.rows.length;
}
