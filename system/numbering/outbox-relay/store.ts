/** What the relay reads and writes of `numbering.outbox`. */
import type { Sql } from '../../kit/postgres.ts';

/** One event, as it is published. */
export interface StoredEvent {
  readonly id: string;
  readonly aggregate: string;
  readonly version: number;
  readonly type: string;
  readonly at: string;
  readonly payload: unknown;
}

/** The oldest events that are not published, in the order in which they were stored. */
export async function unpublished(sql: Sql, limit: number): Promise<StoredEvent[]> {
  const found = await sql.query<Omit<StoredEvent, 'version' | 'at'> & { version: string; created_at: Date }>(
    `SELECT id, aggregate, version, type, payload, created_at
       FROM numbering.outbox WHERE published_at IS NULL ORDER BY seq LIMIT $1`,
    [limit],
  );
  return found.rows.map(({ version, created_at, ...event }) => ({
    ...event,
    version: Number(version),
    at: created_at.toISOString(),
  }));
}

/**
 * Locks an event, and waits for nobody who has locked it too: the commit has something to be confirmed then, and with it everything that
 * was committed before.
 */
export async function lockEvent(sql: Sql, id: string): Promise<void> {
  await sql.query(`SELECT id FROM numbering.outbox WHERE id = $1 FOR KEY SHARE`, [id]);
}

/** Notes that the events are published; one that was noted before keeps its time. */
export async function markPublished(sql: Sql, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.query(
    `UPDATE numbering.outbox SET published_at = now() WHERE id = ANY($1::uuid[]) AND published_at IS NULL`,
    [ids],
  );
}
