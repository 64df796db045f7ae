/** What administrators do is told and audited like what tenants do: an event and an audit row in the transaction of the change. */
import { appendAudit } from '../../kit/audit.ts';
import { storeEvents } from '../../kit/outbox.ts';
import type { Sql } from '../../kit/postgres.ts';

export interface AdminChange {
  /** `CONTRACT:Roshan`. */
  readonly subject: string;
  /** Grows with each change of the subject. */
  readonly version: number;
  /** The event is `numbering.<of>.<action>.v1`. */
  readonly of: string;
  readonly action: string;
  readonly actor: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Takes the lock of the audit chain: make it the last thing that a transaction does. */
export async function recordChange(sql: Sql, now: Date, change: AdminChange): Promise<void> {
  const { subject, version, of, action, actor, detail } = change;
  const type = `numbering.${of}.${action}.v1`;
  await storeEvents(sql, 'numbering', [
    { aggregate: subject, version, type, payload: { ...detail, version, at: now.toISOString() } },
  ]);
  await appendAudit(sql, 'numbering', now, [{ actor, action, subject, version, detail }]);
}

/** The version of the subject's next change. Two changes of one subject at once: the second one's event is refused. */
export async function nextVersion(sql: Sql, subject: string): Promise<number> {
  const found = await sql.query<{ version: string }>(
    `SELECT coalesce(max(version), 0) + 1 AS version FROM numbering.outbox WHERE aggregate = $1`,
    [subject],
  );
  return Number(found.rows[0]?.version);
}
