import type { Evidence, Running, StreamMessage } from '../../contract/index.ts';
import { collectAdministration } from './administration/collect.ts';
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
      ${ms('ended_at')} as ended_at, ${ms('valid_until')} as valid_until
    from numbering.leases order by created_at, id`,
  outbox: `select id, aggregate as subject, version::int, type, published_at is not null as published from numbering.outbox order by seq`,
  audit: `select seq::int, ${ms('at')} as at, actor, action, subject, version::int, detail from numbering.audit order by seq`,
  contractTerms: `select contract_id, version::int, ${ms('effective_until')} as effective_until, ${ms('filed_at')} as filed_at
    from numbering.contract_terms order by contract_id, version`,
  blockLeases: `select l.id, l.kind || ':' || l.value as subject, b.contract_id, ${ms('l.created_at')} as created_at,
      ${ms('l.valid_until')} as valid_until
    from numbering.leases l join numbering.identifiers i on i.kind = l.kind and i.value = l.value
    join numbering.blocks b on b.id = i.block_id order by l.created_at, l.id`,
  // Positive answers of sender-id-registry.
  verifications: `select id, tenant_id, sender_id from sender_registry.verifications order by at, id`,
  suspensions: `select event_id, tenant_id, source, ${ms('at')} as at from compliance.suspensions order by at, event_id`,
  recalls: `select event_id, tenant_id, recalled::int, ${ms('received_at')} as received_at, ${ms('finished_at')} as finished_at
    from numbering.recalls order by received_at, event_id`,
  importBatches: `select b.id, b.status, b.rows, b.error, (select count(*)::int from numbering.identifiers i where i.block_id = 'import/' || b.id) as found
    from numbering.lease_import_batches b order by b.created_at, b.id`,
  // Numbers of operators' files begin with +9376 (models/numbering/administration/files.ts): found whatever their block says.
  importedNumbers: `select left(value, 6) as prefix, count(*)::int as found from numbering.identifiers
    where kind = 'MSISDN' and value like '+9376%' group by 1 order by 1`,
  clock: `select ${ms('now()')} as wall`,
};

/** Streams of NATS that the invariants read; each row is made of a message. */
const STREAMS: Readonly<Record<string, { readonly stream: string; readonly row: (message: StreamMessage) => object }>> =
  {
    sms: { stream: 'SMS', row: (message) => ({ ...message }) },
    // What is asked of an event is who it is: there may be very many.
    published: {
      stream: 'NUMBERING',
      row: ({ sequence, body }) => {
        const { id, aggregate, version, type } = body as Readonly<Record<string, unknown>>;
        return { sequence, id, subject: aggregate, version, type };
      },
    },
  };

/** The system goes on while its tables are read, and a change is in several of them: read again until none was made meanwhile. */
const READS_MAX = 10;

async function tables(running: Running): Promise<Record<string, Evidence['finalState'][string]>> {
  const changes = async (): Promise<unknown> =>
    (await primarySql(running, 'select seq from numbering.audit_head'))[0]?.['seq'];
  const collected: Record<string, Evidence['finalState'][string]> = {};
  for (let reads = 1; ; reads += 1) {
    const before = await changes();
    for (const [table, query] of Object.entries(QUERIES)) collected[table] = await primarySql(running, query);
    // The clock is read last: what is read after the tables takes time too.
    const run = running.clock.now();
    collected['clock'] = (collected['clock'] ?? []).map((row) => ({ ...row, run, speed: running.clock.speed }));
    if ((await changes()) === before || reads === READS_MAX) return collected;
  }
}

/** Nothing where NATS is not deployed, and where the fault stays and it cannot be asked: what should be there is then missed. */
async function held({ admin, deployment }: Running, stream: string): Promise<readonly StreamMessage[]> {
  if (!deployment.components.some(({ kind }) => kind === 'nats')) return [];
  return admin.stream('nats', stream).catch(() => []);
}

/** The tables and streams that the invariants read, ordered, with PostgreSQL's time and the run's at the end of the run. */
export async function collect(running: Running): Promise<Evidence['finalState']> {
  const collected: Record<string, Evidence['finalState'][string]> = {};
  Object.assign(collected, await tables(running));
  const [begun] = collected['clock'] ?? [];
  for (const [table, { stream, row }] of Object.entries(STREAMS))
    collected[table] = (await held(running, stream)).map((message) => ({ ...row(message) }));
  // The system goes on: what was stored after the outbox had been read is not compared with it.
  const known = new Set((collected['outbox'] ?? []).map(({ id }) => id));
  collected['published'] = (collected['published'] ?? []).filter(
    ({ id, at }) => known.has(id) || Number(at) <= Number(begun?.['wall']),
  );
  Object.assign(collected, await collectAdministration(running));
  return collected;
}
