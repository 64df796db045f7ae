/** The cold backup of the audit trail: stretches of it in the object store, each signed, so that a row can be put back as it was. */
import type pg from 'pg';
import type { ChainRow } from '../../kit/audit-chain.ts';
import type { Kms } from '../../kit/kms.ts';
import type { ObjectStore } from '../../kit/object-store.ts';
import { AUDIT_BACKUP_KEY, segmentText } from '../domain/audit-segment.ts';
import { insertBackup } from '../store/audit-trail.ts';

/** Rows of one object. */
const SEGMENT = 1000;

/** Backs up rows that come after those that are. They are not read again: what was verified is what is kept. @returns how many */
export async function backUp(
  pool: pg.Pool,
  objects: ObjectStore,
  kms: Kms,
  { OBJECT_STORE_BUCKET: bucket }: { readonly OBJECT_STORE_BUCKET: string },
  rows: readonly ChainRow[],
): Promise<number> {
  for (let done = 0; done < rows.length; done += SEGMENT) {
    const segment = rows.slice(done, done + SEGMENT);
    const [first, last] = [segment[0], segment.at(-1)];
    if (first === undefined || last === undefined) break;
    const text = segmentText(segment);
    const objectKey = `audit/${first.seq}-${last.seq}.ndjson`;
    const signature = await kms.sign(AUDIT_BACKUP_KEY, text);
    await objects.put(bucket, objectKey, text, 'application/x-ndjson');
    await insertBackup(pool, { fromSeq: first.seq, toSeq: last.seq, objectKey, signature });
  }
  return rows.length;
}
