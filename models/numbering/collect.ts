import type { Evidence, Running } from '../../contract/index.ts';
import { primarySql } from './primary.ts';

/** Milliseconds of the epoch, as a number: rows go into the journal as JSON. */
const ms = (column: string): string => `floor(extract(epoch from ${column}) * 1000)::float8`;

const QUERIES: Readonly<Record<string, string>> = {
  // Untouched identifiers say nothing: version 1 is how the inventory was loaded.
  identifiers: `select kind, value, kind || ':' || value as subject, state, version::int, tenant_id, reservation_id, lease_id,
      ${ms('quarantine_until')} as quarantine_until
    from numbering.identifiers where version > 1 order by kind, value`,
  reservations: `select id, kind || ':' || value as subject, tenant_id, status, ${ms('created_at')} as created_at,
      ${ms('expires_at')} as expires_at, ${ms('ended_at')} as ended_at
    from numbering.reservations order by created_at, id`,
  leases: `select id, kind || ':' || value as subject, tenant_id, status, ${ms('created_at')} as created_at,
      ${ms('ended_at')} as ended_at
    from numbering.leases order by created_at, id`,
  outbox: `select aggregate as subject, version::int, type from numbering.outbox order by seq`,
  audit: `select seq::int, ${ms('at')} as at, actor, action, subject, version::int, detail from numbering.audit order by seq`,
  clock: `select ${ms('now()')} as wall`,
};

/** The tables that the invariants read, ordered, with PostgreSQL's time and the run's at the end of the run. */
export async function collect(running: Running): Promise<Evidence['finalState']> {
  const collected: Record<string, Evidence['finalState'][string]> = {};
  for (const [table, query] of Object.entries(QUERIES)) collected[table] = await primarySql(running, query);
  collected['clock'] = (collected['clock'] ?? []).map((row) => ({
    ...row,
    run: running.clock.now(),
    speed: running.clock.speed,
  }));
  return collected;
}
