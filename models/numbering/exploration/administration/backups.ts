import { createPublicKey, verify } from 'node:crypto';
import type { CaseFailure, Explored, Ms } from '../../../../contract/index.ts';
import { computedHash } from '../../administration/audit-row.ts';

/** A stretch of the audit trail that is backed up, with what is in the store; null: there is no such object. */
export interface AuditBackupRow {
  readonly from_seq: number;
  readonly to_seq: number;
  readonly object_key: string;
  readonly signature: string;
  readonly at: Ms;
  readonly text: string | null;
}

interface BackupTables {
  readonly auditBackups: readonly AuditBackupRow[];
  /** One row: the key by which backups are signed, SPKI DER in base64. */
  readonly backupKey: readonly { readonly publicKey: string }[];
  /** The trail in the end, when all that was altered had been put back. */
  readonly auditHashes: readonly { readonly seq: number; readonly hash: string }[];
}

/** What `collect.ts` reads of the cold backup; a table that was not collected is empty. */
export function backupsOf({ finalState }: Pick<Explored, 'finalState'>): BackupTables {
  const { auditBackups = [], backupKey = [], auditHashes = [] } = finalState;
  return { auditBackups, backupKey, auditHashes } as unknown as BackupTables;
}

/** A row as the backup has it (`system/numbering/domain/audit-segment.ts`). */
type BackedUpRow = Parameters<typeof computedHash>[0] & { readonly prevHash: string; readonly hash: string };

/**
 * The cold backup is the audit trail from its first row to the last that is backed up: each row once, as it was written, in stretches whose
 * signatures fit.
 */
export function backups(explored: Explored): readonly CaseFailure[] {
  const tables = backupsOf(explored);
  const trail = new Map(tables.auditHashes.map(({ seq, hash }) => [seq, hash]));
  const failure = (what: string): CaseFailure[] => [{ check: 'answers:backed-up-once', what }];
  let last = { seq: 0, hash: '0'.repeat(64) };
  for (const segment of tables.auditBackups.toSorted((a, b) => a.from_seq - b.from_seq)) {
    const { object_key: key, from_seq: from, to_seq: to, text } = segment;
    if (from !== last.seq + 1) return failure(`the backup goes on with row ${from} after row ${last.seq}`);
    if (text === null) return failure(`${key} is not in the store`);
    if (!fits(tables.backupKey[0]?.publicKey ?? '', text, segment.signature))
      return failure(`${key} is not what was signed`);
    for (const row of rowsOf(text)) {
      if (row.seq !== last.seq + 1) return failure(`${key} has row ${row.seq} after row ${last.seq}`);
      if (row.prevHash !== last.hash || computedHash({ ...row, prev_hash: row.prevHash }) !== row.hash)
        return failure(`row ${row.seq} of ${key} is not as it was written`);
      if (trail.get(row.seq) !== row.hash) return failure(`row ${row.seq} of ${key} is another one than the trail has`);
      last = { seq: row.seq, hash: row.hash };
    }
    if (last.seq !== to) return failure(`${key} ends with row ${last.seq} and not with row ${to}`);
  }
  return [];
}

function rowsOf(text: string): readonly BackedUpRow[] {
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as BackedUpRow]));
}

function fits(publicKey: string, text: string, signature: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}
