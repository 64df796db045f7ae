/** An audit trail as a SHA-256 chain: each row carries the hash of the one before, so a change made out of band is found. */
import { createHash } from 'node:crypto';
import type { Sql } from './postgres.ts';

/** What happened to which subject, and by whom. */
export interface AuditEntry {
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly version: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The hash of the row before the first. */
export const AUDIT_ROOT = '0'.repeat(64);

/** Hash of one row: SHA-256, hex, of the JSON text of its members in this order. `at` is ISO 8601. `detail` has its keys in code point order. */
export function auditHash(previous: string, seq: number, at: string, entry: AuditEntry): string {
  const { actor, action, subject, version } = entry;
  const detail = Object.fromEntries(Object.entries(entry.detail).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256')
    .update(JSON.stringify([previous, seq, at, actor, action, subject, version, detail]))
    .digest('hex');
}

/**
 * Appends `entries` to the audit table of `schema`. Locks the head of the chain until the transaction ends: make it the last lock that
 * a transaction takes.
 */
export async function appendAudit(sql: Sql, schema: string, at: Date, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const head = await sql.query<{ seq: string; hash: string }>(
    `SELECT seq, hash FROM ${schema}.audit_head WHERE id = 1 FOR UPDATE`,
  );
  let { seq, hash } = { seq: Number(head.rows[0]?.seq), hash: head.rows[0]?.hash ?? '' };
  if (hash === '') throw new Error(`${schema}.audit_head has no row: the migrations have not been run to the end`);
  const time = at.toISOString();
  const rows = entries.map((entry) => {
    const previous = hash;
    seq += 1;
    hash = auditHash(previous, seq, time, entry);
    return { ...entry, seq, previous, hash };
  });
  await sql.query(
    `WITH head AS (UPDATE ${schema}.audit_head SET seq = $9, hash = $10 WHERE id = 1)
     INSERT INTO ${schema}.audit (seq, at, actor, action, subject, version, detail, prev_hash, hash)
     SELECT seq, $11::timestamptz, actor, action, subject, version, detail, prev_hash, hash
       FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::jsonb[], $7::text[], $8::text[])
         AS row (seq, actor, action, subject, version, detail, prev_hash, hash)`,
    [
      rows.map((row) => row.seq),
      rows.map((row) => row.actor),
      rows.map((row) => row.action),
      rows.map((row) => row.subject),
      rows.map((row) => row.version),
      rows.map((row) => JSON.stringify(row.detail)),
      rows.map((row) => row.previous),
      rows.map((row) => row.hash),
      seq,
      hash,
      time,
    ],
  );
}
