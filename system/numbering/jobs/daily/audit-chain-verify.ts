/** Verification of the audit trail, daily; what was found intact is backed up, signed, to the object store. */
import { randomUUID } from 'node:crypto';
import { Gauge } from 'prom-client';
import { ChainVerifier, type BrokenLink, type ChainRow } from '../../../kit/audit-chain.ts';
import { Kms } from '../../../kit/kms.ts';
import { ObjectStore } from '../../../kit/object-store.ts';
import { inTransaction } from '../../../kit/postgres.ts';
import type { Safeguard, Safeguards } from '../../../kit/safeguards.ts';
import { recordChange } from '../../store/admin-changes.ts';
import {
  insertVerification,
  readAuditHead,
  readAuditRows,
  readBackedUpTo,
  readVerification,
} from '../../store/audit-trail.ts';
import { openIncident } from '../../store/incidents.ts';
import { backUp } from '../audit-backup.ts';
import type { Job } from '../job.ts';
import { dailyJob, type DailyParts } from './daily-job.ts';

export const DAILY_AUDIT_VERIFY: Safeguard = {
  name: 'daily-audit-verify',
  protects: 'a row of the audit trail that was changed out of band is found within a day',
};

const NAME = 'audit-chain-verify';
/** Rows read at a time. */
const PAGE = 1000;

export function createAuditChainVerify(parts: DailyParts & { readonly safeguards: Safeguards }): Job {
  const { config, log, pool, registry, safeguards } = parts;
  const objects = new ObjectStore(config);
  const kms = new Kms(config);
  const broken = new Gauge({
    name: 'numbering_audit_chain_broken',
    help: 'Whether the last verification found the audit chain broken: 1 or 0',
    registers: [registry],
  });

  /** `fresh`: the rows that are in no backup yet, as they were verified. */
  const verify = async (): Promise<{ rows: number; found: BrokenLink | undefined; fresh: readonly ChainRow[] }> => {
    const backedUpTo = await readBackedUpTo(pool);
    // The head first: rows that come later are not looked at.
    const head = await readAuditHead(pool);
    const verifier = new ChainVerifier();
    const fresh: ChainRow[] = [];
    for (let after = 0; after < head.seq;) {
      const rows = await readAuditRows(pool, after, head.seq, PAGE);
      for (const row of rows) {
        verifier.add(row);
        if (row.seq > backedUpTo) fresh.push(row);
      }
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.seq;
    }
    return { rows: verifier.rows, found: verifier.end(head), fresh };
  };

  const record = async (rows: number, found: BrokenLink | undefined): Promise<void> => {
    const opened = await inTransaction(pool, async (sql) => {
      await insertVerification(sql, {
        intact: found === undefined,
        rows,
        firstBadSeq: found?.seq,
        reason: found?.reason,
      });
      if (found === undefined) return false;
      const id = randomUUID();
      const detail = `the audit chain is broken: ${found.reason}`;
      if (!(await openIncident(sql, { id, kind: 'SECURITY', subject: 'AUDIT-CHAIN', detail }))) return false;
      await recordChange(sql, new Date(), {
        subject: `INCIDENT:${id}`,
        version: 1,
        of: 'incident',
        action: 'opened',
        actor: `job:${NAME}`,
        detail: { kind: 'SECURITY', seq: found.seq, reason: found.reason },
      });
      return true;
    });
    broken.set(found === undefined ? 0 : 1);
    if (found !== undefined) log.error({ ...found, opened }, 'the audit chain is broken');
  };

  return dailyJob(
    parts,
    NAME,
    async () => {
      const { rows, found, fresh } = await verify();
      if (!safeguards.on(DAILY_AUDIT_VERIFY))
        return { skipped: 1, backedUp: await backUp(pool, objects, kms, config, fresh) };
      await record(rows, found);
      // Nothing that is in doubt goes into the backup.
      const backedUp = found === undefined ? await backUp(pool, objects, kms, config, fresh) : 0;
      return { rows, broken: found === undefined ? 0 : 1, backedUp };
    },
    async () => {
      // After a restart the gauge shows what it showed before.
      broken.set((await readVerification(pool))?.intact === false ? 1 : 0);
    },
  );
}
