/**
 * Makes the regulator's export of one month: read, kept under a temporary name, signed, and only then put where the regulator looks. The row of the
 * month is locked meanwhile, so that one is made, whoever asks.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Kms } from '../../kit/kms.ts';
import type { ObjectStore } from '../../kit/object-store.ts';
import { inTransaction, type Sql } from '../../kit/postgres.ts';
import { Problem } from '../../kit/problems.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import { problem } from '../domain/problems.ts';
import { nextVersion, recordChange } from '../store/admin-changes.ts';
import { endExport, lockExport, noteEarlyAttempt, noteFailure, readExportLines } from '../store/exports.ts';
import { readOpenIncident } from '../store/incidents.ts';

export const EXPORT_HALT: Safeguard = {
  name: 'export-halt',
  protects: 'no export leaves while the audit chain is broken',
};

export const EXPORT_TEMPORARY_NAME: Safeguard = {
  name: 'export-temporary-name',
  protects: 'the regulator sees a file only when it is complete and signed',
};

/** The key by which exports are signed. */
const SIGNING_KEY = 'regulator-exports';

export interface ExportParts {
  readonly pool: pg.Pool;
  readonly objects: ObjectStore;
  readonly kms: Kms;
  readonly safeguards: Safeguards;
  /** Where files are kept that nobody outside sees. */
  readonly privateBucket: string;
  /** Where the regulator looks. */
  readonly exportBucket: string;
}

export interface Exported {
  readonly month: string;
  readonly sha256: string;
  readonly rows: number;
}

/** Beside the file `2026-01.csv` stands `2026-01.sig.json`: `signature` is over the JSON text of the other members in this order. */
interface Signed extends Exported {
  readonly signature: string;
}

/**
 * @returns what was made, now or before
 * @throws Problem NOT_FOUND (not planned), CONFLICT (under way), EXPORT_HALTED; whatever failed. The row then stays PENDING with the error.
 */
export async function generateExport(parts: ExportParts, month: string, actor: string): Promise<Exported> {
  try {
    // By itself, since the file may leave and its record not be made.
    await noteEarlyAttempt(parts.pool, month);
    return await inTransaction(parts.pool, (sql) => generate(parts, sql, month, actor));
  } catch (error) {
    const known = error instanceof Problem && error.code !== 'EXPORT_HALTED';
    const text = error instanceof Error ? error.message : String(error);
    // Where the database is away the error cannot be noted either; the row is PENDING all the same.
    if (!known) await noteFailure(parts.pool, month, text).catch(() => {});
    throw error;
  }
}

async function generate(parts: ExportParts, sql: Sql, month: string, actor: string): Promise<Exported> {
  const { safeguards } = parts;
  const row = await lockExport(sql, month);
  if (row === undefined) throw problem('NOT_FOUND', `No export of ${month} is planned.`);
  if (row === 'busy') throw problem('CONFLICT', `The export of ${month} is being made.`);
  if (row.status === 'DONE') return { month, sha256: row.sha256 ?? '', rows: row.rows ?? 0 };
  const mayLeave = async (): Promise<void> => {
    const incident = await readOpenIncident(sql, 'SECURITY', 'AUDIT-CHAIN');
    if (incident !== undefined && safeguards.on(EXPORT_HALT))
      throw problem('EXPORT_HALTED', `Exports are halted: ${incident.detail}`, {
        members: { incidentId: incident.id },
      });
  };
  await mayLeave();
  const exported =
    (await published(parts, month)) ?? (await publish(parts, month, await readExportLines(sql, month), mayLeave));
  await endExport(sql, month, { ...exported, objectKey: `${month}.csv` });
  const subject = `EXPORT:${month}`;
  const { sha256, rows } = exported;
  await recordChange(sql, new Date(), {
    subject,
    version: await nextVersion(sql, subject),
    of: 'regulator-export',
    action: 'exported',
    actor,
    detail: { month, sha256, rows },
  });
  return { month, sha256, rows };
}

/** What an attempt has put there that did not come to its record: the file is the last to be put, so it is complete. */
async function published({ objects, exportBucket }: ExportParts, month: string): Promise<Signed | undefined> {
  const file = await objects.get(exportBucket, `${month}.csv`);
  const signed = file === undefined ? undefined : await objects.get(exportBucket, `${month}.sig.json`);
  if (file === undefined || signed === undefined) return undefined;
  const found = JSON.parse(Buffer.from(signed).toString('utf8')) as Signed;
  return found.sha256 === createHash('sha256').update(file).digest('hex') ? found : undefined;
}

/** @param mayLeave asked again when all is made, which may have taken long: rejects where nothing may leave any more */
async function publish(
  parts: ExportParts,
  month: string,
  lines: readonly string[],
  mayLeave: () => Promise<void>,
): Promise<Signed> {
  const { objects, exportBucket, privateBucket, safeguards } = parts;
  const file = `${['kind,value,tenant,operator,leased_at,valid_until,ended_at', ...lines].join('\n')}\n`;
  const staged = { bucket: privateBucket, key: `staging/${month}.csv` };
  const temporary = safeguards.on(EXPORT_TEMPORARY_NAME);
  await (temporary
    ? objects.put(staged.bucket, staged.key, file, 'text/csv')
    : objects.put(exportBucket, `${month}.csv`, file, 'text/csv'));
  const exported: Exported = { month, sha256: createHash('sha256').update(file).digest('hex'), rows: lines.length };
  const signed: Signed = { ...exported, signature: await parts.kms.sign(SIGNING_KEY, JSON.stringify(exported)) };
  await mayLeave();
  await objects.put(exportBucket, `${month}.sig.json`, JSON.stringify(signed), 'application/json');
  if (temporary) {
    await objects.copy(staged, exportBucket, `${month}.csv`);
    await objects.remove(staged.bucket, staged.key);
  }
  return signed;
}
