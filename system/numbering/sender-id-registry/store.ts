/** What the registry keeps: who has proven a right to which sender id, the answers given, and the inventory as events tell of it. */
import { randomUUID } from 'node:crypto';
import type { Sql } from '../../kit/postgres.ts';
import type { IdentifierEvent } from '../domain/events.ts';

/** Whether the tenant has proven its right; a positive answer is recorded and gives its id. */
export async function verify(sql: Sql, tenantId: string, senderId: string): Promise<string | undefined> {
  const recorded = await sql.query<{ id: string }>(
    `INSERT INTO sender_registry.verifications (id, tenant_id, sender_id)
     SELECT $1, tenant_id, sender_id FROM sender_registry.verified WHERE tenant_id = $2 AND sender_id = $3
     RETURNING id`,
    [randomUUID(), tenantId, senderId],
  );
  return recorded.rows[0]?.id;
}

/** Takes in an event, unless a later one of the same identifier was taken in. */
export async function takeIn(sql: Sql, { aggregate, version, payload }: IdentifierEvent): Promise<void> {
  await sql.query(
    `INSERT INTO sender_registry.inventory AS known (subject, version, state, tenant_id) VALUES ($1, $2, $3, $4)
     ON CONFLICT (subject) DO UPDATE
        SET version = excluded.version, state = excluded.state, tenant_id = excluded.tenant_id, received_at = now()
      WHERE known.version < excluded.version`,
    [aggregate, version, payload.to, payload.to === 'AVAILABLE' ? null : (payload.tenantId ?? null)],
  );
}

export interface InventoryItem {
  readonly subject: string;
  readonly version: number;
  readonly state: string;
  readonly tenantId?: string;
}

/** A page of the inventory, ordered by subject. */
export async function inventory(sql: Sql, page: { after: string; limit: number }): Promise<InventoryItem[]> {
  const found = await sql.query<{ subject: string; version: string; state: string; tenant_id: string | null }>(
    `SELECT subject, version, state, tenant_id FROM sender_registry.inventory WHERE subject > $1 ORDER BY subject LIMIT $2`,
    [page.after, page.limit],
  );
  return found.rows.map(({ subject, version, state, tenant_id: tenantId }) => ({
    subject,
    version: Number(version),
    state,
    ...(tenantId === null ? {} : { tenantId }),
  }));
}
