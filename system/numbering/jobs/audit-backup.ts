/** The cold backup of the audit trail: stretches of it in the object store, each signed, so that a row can be put back as it was. */
import type pg from 'pg';
import type { Kms } from '../../kit/kms.ts';
import type { ObjectStore } from '../../kit/object-store.ts';
import { AUDIT_BACKUP_KEY, segmentText } from '../domain/audit-segment.ts';
import { insertBackup, readAuditHead, readAuditRows, readBackedUpTo } from '../store/audit-trail.ts';

/** Rows of one object. */
const SEGMENT = 1000;

/** Backs up what is not yet. @returns how many rows */
export async function backUp(
  pool: pg.Pool,
  objects: ObjectStore,
  kms: Kms,
  { OBJECT_STORE_BUCKET: bucket }: { readonly OBJECT_STORE_BUCKET: string },
): Promise<number> {
  const head = await readAuditHead(pool);
  let done = 0;
  for (let after = await readBackedUpTo(pool); after < head.seq;) {
    const rows = await readAuditRows(pool, after, head.seq, SEGMENT);
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) break;
    const text = segmentText(rows);
    const objectKey = `audit/${first.seq}-${last.seq}.ndjson`;
    const signature = await kms.sign(AUDIT_BACKUP_KEY, text);
    await objects.put(bucket, objectKey, text, 'application/x-ndjson');
    await insertBackup(pool, { fromSeq: first.seq, toSeq: last.seq, objectKey, signature });
    done += rows.length;
    after = last.seq;
  }
  return done;
}
