import { createHash } from 'node:crypto';
import type { Running } from '../../../contract/index.ts';
import { primarySql } from '../primary.ts';

/** A row of the audit trail, as the table has it. */
export interface StoredAuditRow {
  readonly seq: number;
  /** ISO 8601, milliseconds. */
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly version: number;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly prev_hash: string;
  readonly hash: string;
}

export async function readAuditRow(running: Running, seq: number): Promise<StoredAuditRow | undefined> {
  const [row] = await primarySql(
    running,
    `select seq::int, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, actor, action, subject, version::int, detail, prev_hash, hash
       from numbering.audit where seq = $1`,
    [seq],
  );
  return row as unknown as StoredAuditRow | undefined;
}

/** The hash that a row must have by its members, as `system/numbering/README.md` describes it. */
export function computedHash(row: Omit<StoredAuditRow, 'hash'>): string {
  const detail = Object.fromEntries(Object.entries(row.detail).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const { prev_hash: previous, seq, at, actor, action, subject, version } = row;
  return createHash('sha256')
    .update(JSON.stringify([previous, seq, at, actor, action, subject, version, detail]))
    .digest('hex');
}

/** Whether a row is there, fits its hash, and is what the one after it was written after. */
export async function rowFits(running: Running, seq: number): Promise<boolean> {
  const [row, next] = [await readAuditRow(running, seq), await readAuditRow(running, seq + 1)];
  return row !== undefined && computedHash(row) === row.hash && next?.prev_hash === row.hash;
}

export async function writeAuditRow(running: Running, row: StoredAuditRow): Promise<void> {
  await primarySql(
    running,
    `insert into numbering.audit (seq, at, actor, action, subject, version, detail, prev_hash, hash)
     values ($1, $2::timestamptz, $3, $4, $5, $6, $7::jsonb, $8, $9)
     on conflict (seq) do update set at = excluded.at, actor = excluded.actor, detail = excluded.detail, hash = excluded.hash`,
    [
      row.seq,
      row.at,
      row.actor,
      row.action,
      row.subject,
      row.version,
      JSON.stringify(row.detail),
      row.prev_hash,
      row.hash,
    ],
  );
}

/** `change`, `delete`, or `recompute`: change, and compute the row's own hash anew. */
export type Deed = 'change' | 'delete' | 'recompute';

/** Alters a row past the service. */
export async function alterAuditRow(running: Running, row: StoredAuditRow, deed: Deed): Promise<void> {
  const forged = { ...row, actor: 'tenant-forged' };
  if (deed === 'delete') await primarySql(running, 'delete from numbering.audit where seq = $1', [row.seq]);
  else await writeAuditRow(running, deed === 'change' ? forged : { ...forged, hash: computedHash(forged) });
}
