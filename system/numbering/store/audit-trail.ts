/** Reads of the audit trail, what its verifications found, and its backups. */
import type { ChainRow } from '../../kit/audit-chain.ts';
import type { Sql } from '../../kit/postgres.ts';

interface Row {
  seq: string;
  at: Date;
  actor: string;
  action: string;
  subject: string;
  version: string;
  detail: Record<string, unknown>;
  prev_hash: string;
  hash: string;
}

function fromRow(row: Row): ChainRow {
  return {
    seq: Number(row.seq),
    at: row.at.toISOString(),
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    version: Number(row.version),
    detail: row.detail,
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}

/** Rows after `after` up to `to`, in order, at most `limit`. */
export async function readAuditRows(sql: Sql, after: number, to: number, limit: number): Promise<ChainRow[]> {
  const found = await sql.query<Row>(
    `SELECT seq, at, actor, action, subject, version, detail, prev_hash, hash FROM numbering.audit
      WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`,
    [after, to, limit],
  );
  return found.rows.map(fromRow);
}

/** The end of the chain. */
export async function readAuditHead(sql: Sql): Promise<{ readonly seq: number; readonly hash: string }> {
  const found = await sql.query<{ seq: string; hash: string }>(
    `SELECT seq, hash FROM numbering.audit_head WHERE id = 1`,
  );
  const [head] = found.rows;
  if (head === undefined)
    throw new Error('numbering.audit_head has no row: the migrations have not been run to the end');
  return { seq: Number(head.seq), hash: head.hash };
}

/** Puts a row back as it was: in the place of the changed one, or where it is missing. */
export async function putAuditRow(sql: Sql, row: ChainRow): Promise<void> {
  await sql.query(
    `INSERT INTO numbering.audit (seq, at, actor, action, subject, version, detail, prev_hash, hash)
     VALUES ($1, $2::timestamptz, $3, $4, $5, $6, $7::jsonb, $8, $9)
     ON CONFLICT (seq) DO UPDATE SET at = excluded.at, actor = excluded.actor, action = excluded.action, subject = excluded.subject,
       version = excluded.version, detail = excluded.detail, prev_hash = excluded.prev_hash, hash = excluded.hash`,
    [
      row.seq,
      row.at,
      row.actor,
      row.action,
      row.subject,
      row.version,
      JSON.stringify(row.detail),
      row.prevHash,
      row.hash,
    ],
  );
}

/** What a verification found. */
export interface Verification {
  readonly at: Date;
  readonly intact: boolean;
  readonly rows: number;
  readonly firstBadSeq: number | undefined;
  readonly reason: string | undefined;
}

export async function insertVerification(sql: Sql, found: Omit<Verification, 'at'>): Promise<void> {
  await sql.query(
    `INSERT INTO numbering.audit_verifications (at, intact, rows, first_bad_seq, reason) VALUES (now(), $1, $2, $3, $4)`,
    [found.intact, found.rows, found.firstBadSeq ?? null, found.reason ?? null],
  );
}

/** The latest. */
export async function readVerification(sql: Sql): Promise<Verification | undefined> {
  const found = await sql.query<{
    at: Date;
    intact: boolean;
    rows: string;
    first_bad_seq: string | null;
    reason: string | null;
  }>(`SELECT at, intact, rows, first_bad_seq, reason FROM numbering.audit_verifications ORDER BY id DESC LIMIT 1`);
  const row = found.rows[0];
  if (row === undefined) return undefined;
  return {
    at: row.at,
    intact: row.intact,
    rows: Number(row.rows),
    firstBadSeq: row.first_bad_seq === null ? undefined : Number(row.first_bad_seq),
    reason: row.reason ?? undefined,
  };
}

/** A stretch of the trail in the object store, signed. */
export interface Backup {
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly objectKey: string;
  readonly signature: string;
}

/** The last row that has been backed up; 0 when none has. */
export async function readBackedUpTo(sql: Sql): Promise<number> {
  const found = await sql.query<{ seq: string }>(`SELECT coalesce(max(to_seq), 0) AS seq FROM numbering.audit_backups`);
  return Number(found.rows[0]?.seq ?? 0);
}

export async function insertBackup(sql: Sql, backup: Backup): Promise<void> {
  await sql.query(
    `INSERT INTO numbering.audit_backups (from_seq, to_seq, object_key, signature, at) VALUES ($1, $2, $3, $4, now())`,
    [backup.fromSeq, backup.toSeq, backup.objectKey, backup.signature],
  );
}

/** The backup that has this row. */
export async function readBackupOf(sql: Sql, seq: number): Promise<Backup | undefined> {
  const found = await sql.query<{ from_seq: string; to_seq: string; object_key: string; signature: string }>(
    `SELECT from_seq, to_seq, object_key, signature FROM numbering.audit_backups WHERE from_seq <= $1 AND to_seq >= $1 ORDER BY from_seq LIMIT 1`,
    [seq],
  );
  const row = found.rows[0];
  if (row === undefined) return undefined;
  return {
    fromSeq: Number(row.from_seq),
    toSeq: Number(row.to_seq),
    objectKey: row.object_key,
    signature: row.signature,
  };
}
