import type { Evidence, Running } from '../../../../contract/index.ts';
import { AUDIT_JOB } from '../../administration/verification.ts';
import { primarySql } from '../../primary.ts';
import { KMS, STORE } from './commands.ts';

/** Where backups are kept (`deployments/numbering/core.ts`). */
const BUCKET = 'numbering';

/** Milliseconds of the epoch, as a number. */
const ms = (column: string): string => `floor(extract(epoch from ${column}) * 1000)::float8`;

const QUERIES: Readonly<Record<string, string>> = {
  jobRuns: `select job, ${ms('started_at')} as started_at, ${ms('ended_at')} as ended_at, detail,
      rank() over (order by xmin::text::bigint)::int as nth from numbering.job_runs order by ended_at`,
  auditBackups: `select from_seq::int, to_seq::int, object_key, signature, ${ms('at')} as at from numbering.audit_backups order by from_seq`,
  auditHashes: 'select seq::int, hash from numbering.audit order by seq',
};

/** Runs of the daily jobs, and the cold backup with what is in the store; nothing where the job that makes it is not deployed. */
export async function collectDailyWork(running: Running): Promise<Evidence['finalState']> {
  if (!running.deployment.components.some(({ name }) => name === AUDIT_JOB)) return {};
  const { jobRuns = [], auditBackups = [], auditHashes = [] } = await tables(running);
  const objects = new Map((await running.admin.objects(STORE, BUCKET)).map(({ key, text }) => [key, text]));
  const key = await running.admin.http(KMS, { method: 'GET', path: '/v1/keys/audit-backup' });
  return {
    jobRuns,
    auditBackups: auditBackups.map((row) => ({ ...row, text: objects.get(String(row['object_key'])) ?? null })),
    auditHashes,
    backupKey: [key.body as { publicKey: string }],
  };
}

async function tables(running: Running): Promise<Evidence['finalState']> {
  const collected: Record<string, Evidence['finalState'][string]> = {};
  for (const [table, query] of Object.entries(QUERIES)) collected[table] = await primarySql(running, query);
  return collected;
}
