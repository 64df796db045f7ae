/** The audit trail: its report, the restoration of a row from the cold backup, and re-anchoring after an incident. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { hashOf, type ChainRow } from '../../../kit/audit-chain.ts';
import { AUDIT_ROOT } from '../../../kit/audit.ts';
import { problemSchema, type HttpApp } from '../../../kit/http.ts';
import { KmsAway } from '../../../kit/kms.ts';
import { ObjectStoreAway } from '../../../kit/object-store.ts';
import { inTransaction, type Sql } from '../../../kit/postgres.ts';
import type { Safeguard } from '../../../kit/safeguards.ts';
import { signatureFits } from '../../../kit/signatures.ts';
import { AUDIT_BACKUP_KEY, parseSegment } from '../../domain/audit-segment.ts';
import { problem, unavailable } from '../../domain/problems.ts';
import { judgeSignOffs, type SignOff } from '../../domain/sign-offs.ts';
import { nextVersion, recordChange } from '../../store/admin-changes.ts';
import { putAuditRow, readAuditHead, readAuditRows, readBackupOf, readVerification } from '../../store/audit-trail.ts';
import { anchorChain, readOfficerKeys, readOpenIncident, type Incident } from '../../store/incidents.ts';
import type { App } from '../app.ts';
import { actorHeaders, actorOf, administer } from './request.ts';

export const ANCHOR_SIGN_OFFS: Safeguard = {
  name: 'anchor-sign-offs',
  protects: 'the audit chain is re-anchored only with the sign-offs of Security, Legal and Compliance',
};

const KIND = 'SECURITY';
const SUBJECT = 'AUDIT-CHAIN';

const reportView = z.object({
  verification: z
    .object({
      at: z.string(),
      intact: z.boolean(),
      rows: z.number().int(),
      firstBadSeq: z.number().int().optional().describe('The row that was changed, or that is missing'),
      reason: z.string().optional(),
    })
    .optional(),
  incident: z.object({ incidentId: z.string(), kind: z.string(), detail: z.string(), openedAt: z.string() }).optional(),
  exportsHalted: z.boolean(),
});

const signOffSchema = z.object({
  role: z.string().min(1).max(40),
  signature: z.string().min(1).max(200).describe('Ed25519 over the text of the re-anchoring, base64'),
});

export function addAuditRoutes(http: HttpApp, app: App): void {
  const base = '/v1/admin/numbering/audit';
  const errors = { '4xx': problemSchema, '5xx': problemSchema };
  http.get(
    `${base}/report`,
    { schema: { summary: 'What the last verification of the trail found', response: { 200: reportView, ...errors } } },
    () => administer(app, 'audit-report', () => report(app)),
  );
  http.post(
    `${base}/restorations`,
    {
      schema: {
        summary: 'Put a row of the trail back as the cold backup has it',
        headers: actorHeaders,
        body: z.object({ seq: z.number().int().min(1) }),
        response: { 200: z.object({ seq: z.number().int(), hash: z.string() }), ...errors },
      },
    },
    (request) => administer(app, 'restore-audit-row', () => restore(app, request.body.seq, actorOf(request))),
  );
  http.post(
    `${base}/anchors`,
    {
      schema: {
        summary: 'Trust the trail again after an incident, signed off by Security, Legal and Compliance',
        headers: actorHeaders,
        body: z.object({ incidentId: z.uuid(), signOffs: z.array(signOffSchema).max(10) }),
        response: { 200: z.object({ anchorId: z.string(), seq: z.number().int(), hash: z.string() }), ...errors },
      },
    },
    (request) =>
      administer(app, 're-anchor', () =>
        inTransaction(app.pool, (sql) =>
          reAnchor(app, sql, request.body.incidentId, request.body.signOffs, actorOf(request)),
        ),
      ),
  );
}

async function report(app: App): Promise<z.infer<typeof reportView>> {
  const verification = await readVerification(app.pool);
  const incident = await readOpenIncident(app.pool, KIND, SUBJECT);
  return {
    exportsHalted: incident !== undefined,
    ...(verification === undefined
      ? {}
      : {
          verification: {
            at: verification.at.toISOString(),
            intact: verification.intact,
            rows: verification.rows,
            ...(verification.firstBadSeq === undefined ? {} : { firstBadSeq: verification.firstBadSeq }),
            ...(verification.reason === undefined ? {} : { reason: verification.reason }),
          },
        }),
    ...(incident === undefined
      ? {}
      : {
          incident: {
            incidentId: incident.id,
            kind: incident.kind,
            detail: incident.detail,
            openedAt: incident.openedAt.toISOString(),
          },
        }),
  };
}

async function openOne(sql: Sql, lock: boolean): Promise<Incident> {
  const incident = await readOpenIncident(sql, KIND, SUBJECT, lock);
  if (incident === undefined) throw problem('NOT_FOUND', 'There is no open incident about the audit chain.');
  return incident;
}

async function restore(app: App, seq: number, actor: string): Promise<{ seq: number; hash: string }> {
  const row = await fromBackup(app, seq);
  return inTransaction(app.pool, async (sql) => {
    const incident = await openOne(sql, true);
    await checkNeighbours(sql, row);
    await putAuditRow(sql, row);
    const subject = `INCIDENT:${incident.id}`;
    await recordChange(sql, new Date(), {
      subject,
      version: await nextVersion(sql, subject),
      of: 'incident',
      action: 'row-restored',
      actor,
      detail: { seq, hash: row.hash },
    });
    return { seq, hash: row.hash };
  });
}

/** The row as it was backed up; the backup's signature and the row's own hash have to fit. */
async function fromBackup(app: App, seq: number): Promise<ChainRow> {
  const backup = await readBackupOf(app.pool, seq);
  if (backup === undefined) throw problem('NOT_FOUND', `Row ${seq} is in no backup.`);
  let bytes: Uint8Array | undefined;
  let key: string;
  try {
    bytes = await app.objects.get(app.config.OBJECT_STORE_BUCKET, backup.objectKey);
    key = await app.exports.kms.publicKey(AUDIT_BACKUP_KEY);
  } catch (error) {
    if (error instanceof ObjectStoreAway || error instanceof KmsAway)
      throw unavailable(`The backup cannot be read now: ${error.message}.`, error);
    throw error;
  }
  if (bytes === undefined) throw problem('NOT_FOUND', `The backup ${backup.objectKey} is gone.`);
  if (!signatureFits(key, bytes, backup.signature))
    throw problem('SIGNATURE_INVALID', `The backup ${backup.objectKey} is not what was signed.`);
  const row = parseSegment(Buffer.from(bytes).toString('utf8')).find((each) => each.seq === seq);
  if (row === undefined || hashOf(row) !== row.hash)
    throw problem('CHAIN_BROKEN', `Row ${seq} of the backup does not fit its hash.`);
  return row;
}

/** The row fits between those before and after it, which are as the trail has them now. */
async function checkNeighbours(sql: Sql, row: ChainRow): Promise<void> {
  const [before] = row.seq === 1 ? [] : await readAuditRows(sql, row.seq - 2, row.seq - 1, 1);
  const [after] = await readAuditRows(sql, row.seq, row.seq + 1, 1);
  const head = await readAuditHead(sql);
  const follows = after?.prevHash ?? (head.seq === row.seq ? head.hash : undefined);
  if ((before?.hash ?? (row.seq === 1 ? AUDIT_ROOT : undefined)) !== row.prevHash || follows !== row.hash)
    throw problem('CHAIN_BROKEN', `Row ${row.seq} of the backup does not fit between its neighbours.`);
}

/** The text that the officers sign. */
export function anchorText(incidentId: string): string {
  return JSON.stringify({ action: 're-anchor', incidentId });
}

async function reAnchor(
  app: App,
  sql: Sql,
  incidentId: string,
  signOffs: readonly SignOff[],
  actor: string,
): Promise<{ anchorId: string; seq: number; hash: string }> {
  const incident = await openOne(sql, true);
  if (incident.id !== incidentId) throw problem('NOT_FOUND', 'The open incident is another one.');
  const verification = await readVerification(sql);
  if (verification?.intact !== true || verification.at <= incident.openedAt)
    throw problem(
      'CHAIN_BROKEN',
      'The last verification has not found the chain intact: restore the row and verify again.',
    );
  const { fitting, missing } = judgeSignOffs(await readOfficerKeys(sql), anchorText(incidentId), signOffs);
  if (missing.length > 0 && app.safeguards.on(ANCHOR_SIGN_OFFS))
    throw problem('SIGN_OFF_MISSING', `The sign-off of ${missing.join(' and ')} is missing.`, {
      members: { missing: missing.join(', ') },
    });
  const anchorId = randomUUID();
  const { seq, hash } = await anchorChain(sql, anchorId, incidentId, fitting);
  const subject = `INCIDENT:${incidentId}`;
  await recordChange(sql, new Date(), {
    subject,
    version: await nextVersion(sql, subject),
    of: 'incident',
    action: 're-anchored',
    actor,
    detail: { anchorId, seq, hash, signOffs: fitting.map(({ role }) => role).join(', ') },
  });
  return { anchorId, seq, hash };
}
