/** A stretch of the audit trail as it is backed up: a row a line, JSON. */
import { z } from 'zod';
import type { ChainRow } from '../../kit/audit-chain.ts';

/** The key by which backups are signed. */
export const AUDIT_BACKUP_KEY = 'audit-backup';

const rowSchema = z.object({
  seq: z.number().int(),
  at: z.iso.datetime(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  version: z.number().int(),
  detail: z.record(z.string(), z.unknown()),
  prevHash: z.string(),
  hash: z.string(),
});

export function segmentText(rows: readonly ChainRow[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

export function parseSegment(text: string): ChainRow[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => rowSchema.parse(JSON.parse(line)));
}
