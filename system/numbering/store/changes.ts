/**
 * Changes of state. Each is a compare-and-set by version, and its outbox event and its audit row are written in the same transaction: there
 * is no other way to change an identifier.
 */
import { appendAudit } from '../../kit/audit.ts';
import { storeEvents } from '../../kit/outbox.ts';
import type { Sql } from '../../kit/postgres.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import { subjectOf, type Identifier, type State } from '../domain/identifiers.ts';

export const COMPARE_AND_SET: Safeguard = {
  name: 'compare-and-set',
  protects: 'of two changes of one version exactly one is made',
};

/** What happened; the event is `numbering.identifier.<action>.v1`. */
export type Action =
  | 'reserved'
  | 'reservation-released'
  | 'reservation-expired'
  | 'assigned'
  | 'released'
  | 'recalled'
  | 'reinstated'
  | 'quarantine-ended';

/** One change of one identifier. */
export interface Change {
  /** As it was read, which is what the caller decided on. */
  readonly from: Identifier;
  readonly to: State;
  readonly action: Action;
  /** Tenant, `operator` or the job. */
  readonly actor: string;
  readonly tenantId?: string | undefined;
  readonly reservationId?: string | undefined;
  readonly leaseId?: string | undefined;
  readonly quarantineUntil?: Date | undefined;
  /** Further members of event and audit row. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * Makes `changes` and gives the new version of each one made, by subject. A change whose identifier is no longer at the version it was read at is
 * not made and is absent from the result.
 */
export async function makeChanges(
  sql: Sql,
  safeguards: Safeguards,
  now: Date,
  changes: readonly Change[],
): Promise<ReadonlyMap<string, number>> {
  if (changes.length === 0) return new Map();
  const made = await sql.query<{ kind: string; value: string; version: string }>(
    `UPDATE numbering.identifiers AS i
        SET state = c.state, version = i.version + 1, tenant_id = c.tenant_id, reservation_id = c.reservation_id, lease_id = c.lease_id,
            quarantine_until = c.quarantine_until, updated_at = $9
       FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::timestamptz[])
         AS c (kind, value, version, state, tenant_id, reservation_id, lease_id, quarantine_until)
      WHERE i.kind = c.kind AND i.value = c.value AND (i.version = c.version OR NOT $10)
      RETURNING i.kind, i.value, i.version`,
    [
      changes.map((change) => change.from.kind),
      changes.map((change) => change.from.value),
      changes.map((change) => change.from.version),
      changes.map((change) => change.to),
      changes.map((change) => change.tenantId ?? null),
      changes.map((change) => change.reservationId ?? null),
      changes.map((change) => change.leaseId ?? null),
      changes.map((change) => change.quarantineUntil ?? null),
      now,
      safeguards.on(COMPARE_AND_SET),
    ],
  );
  const versions = new Map(made.rows.map((row) => [`${row.kind}:${row.value}`, Number(row.version)]));
  const done = changes.flatMap((change) => {
    const version = versions.get(subjectOf(change.from));
    return version === undefined ? [] : [{ change, version, subject: subjectOf(change.from) }];
  });
  await storeEvents(
    sql,
    'numbering',
    done.map(({ change, version, subject }) => ({
      aggregate: subject,
      version,
      type: `numbering.identifier.${change.action}.v1`,
      payload: {
        kind: change.from.kind,
        value: change.from.value,
        from: change.from.state,
        to: change.to,
        version,
        tenantId: change.tenantId ?? change.from.tenantId,
        at: now.toISOString(),
        ...change.detail,
      },
    })),
  );
  await appendAudit(
    sql,
    'numbering',
    now,
    done.map(({ change, version, subject }) => ({
      actor: change.actor,
      action: change.action,
      subject,
      version,
      detail: {
        from: change.from.state,
        to: change.to,
        tenantId: change.tenantId ?? change.from.tenantId ?? null,
        ...change.detail,
      },
    })),
  );
  return versions;
}
