/** Events that are stored in the transaction of the change they tell of, for a relay to publish. */
import { randomUUID } from 'node:crypto';
import type { Sql } from './postgres.ts';

/** One event; `version` orders the events of an aggregate. */
export interface OutboxEvent {
  readonly aggregate: string;
  readonly version: number;
  /** For example `numbering.identifier.reserved.v1`. */
  readonly type: string;
  readonly payload: unknown;
}

/** Inserts `events`, in their order, into the outbox table of `schema`. */
export async function storeEvents(sql: Sql, schema: string, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  await sql.query(
    `INSERT INTO ${schema}.outbox (id, aggregate, version, type, payload)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::jsonb[])`,
    [
      events.map(() => randomUUID()),
      events.map((event) => event.aggregate),
      events.map((event) => event.version),
      events.map((event) => event.type),
      events.map((event) => JSON.stringify(event.payload)),
    ],
  );
}
