/** Incidents, and the anchors by which the trail is trusted again after one. */
import type { Sql } from '../../kit/postgres.ts';
import type { SignOff } from '../domain/sign-offs.ts';

export interface Incident {
  readonly id: string;
  readonly kind: string;
  /** What it is about: `AUDIT-CHAIN`. */
  readonly subject: string;
  readonly detail: string;
  readonly openedAt: Date;
}

/**
 * Opens an incident, unless one of its kind about the subject is open. One that is being closed is waited for, and until the transaction ends none is
 * closed: whoever closes it knows what this transaction has found. @returns whether it was opened
 */
export async function openIncident(sql: Sql, incident: Omit<Incident, 'openedAt'>): Promise<boolean> {
  const { id, kind, subject, detail } = incident;
  if ((await readOpenIncident(sql, kind, subject, true)) !== undefined) return false;
  const opened = await sql.query(
    `INSERT INTO numbering.incidents (id, kind, subject, detail, opened_at) VALUES ($1, $2, $3, $4, now())
     ON CONFLICT DO NOTHING RETURNING id`,
    [id, kind, subject, detail],
  );
  return opened.rows.length > 0;
}

/** The open incident of a kind about a subject; with `lock` locked until the transaction ends. */
export async function readOpenIncident(
  sql: Sql,
  kind: string,
  subject: string,
  lock = false,
): Promise<Incident | undefined> {
  const found = await sql.query<{ id: string; detail: string; opened_at: Date }>(
    `SELECT id, detail, opened_at FROM numbering.incidents WHERE kind = $1 AND subject = $2 AND closed_at IS NULL ${lock ? 'FOR UPDATE' : ''}`,
    [kind, subject],
  );
  const row = found.rows[0];
  return row === undefined ? undefined : { id: row.id, kind, subject, detail: row.detail, openedAt: row.opened_at };
}

/** The public keys of the officers, by role. */
export async function readOfficerKeys(sql: Sql): Promise<ReadonlyMap<string, string>> {
  const found = await sql.query<{ role: string; public_key: string }>(
    `SELECT role, public_key FROM numbering.officers ORDER BY role`,
  );
  return new Map(found.rows.map((row) => [row.role, row.public_key]));
}

/** Closes the incident: the chain is trusted again up to its head, by these sign-offs. */
export async function anchorChain(
  sql: Sql,
  anchorId: string,
  incidentId: string,
  signOffs: readonly SignOff[],
): Promise<{ readonly seq: number; readonly hash: string }> {
  const anchored = await sql.query<{ seq: string; hash: string }>(
    `INSERT INTO numbering.audit_anchors (id, incident_id, seq, hash, at)
     SELECT $1, $2, seq, hash, now() FROM numbering.audit_head WHERE id = 1 RETURNING seq, hash`,
    [anchorId, incidentId],
  );
  await sql.query(
    `INSERT INTO numbering.audit_sign_offs (anchor_id, role, signature)
     SELECT $1, role, signature FROM unnest($2::text[], $3::text[]) AS s (role, signature)`,
    [anchorId, signOffs.map(({ role }) => role), signOffs.map(({ signature }) => signature)],
  );
  await sql.query(`UPDATE numbering.incidents SET closed_at = now() WHERE id = $1`, [incidentId]);
  return { seq: Number(anchored.rows[0]?.seq), hash: anchored.rows[0]?.hash ?? '' };
}
