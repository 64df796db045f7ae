import type { Evidence, Running } from '../../../contract/index.ts';
import { primarySql } from '../primary.ts';

/** The bucket in which the regulator looks (`deployments/numbering/administration.ts`). */
const EXPORT_BUCKET = 'regulator-exports';

/** Milliseconds of the epoch, as a number. */
const ms = (column: string): string => `floor(extract(epoch from ${column}) * 1000)::float8`;

const QUERIES: Readonly<Record<string, string>> = {
  exports: `select month, region, status, attempts, sha256, rows, ${ms('done_at')} as done_at, 
      (select count(*)::int from numbering.job_runs r where r.xmin::text::bigint < e.xmin::text::bigint) as runs_before from numbering.regulator_exports e order by month`,
  auditVerifications: `select ${ms('at')} as at, intact, rows::int, first_bad_seq::int from numbering.audit_verifications order by id`,
  incidents: `select id, kind, subject, ${ms('opened_at')} as opened_at, ${ms('closed_at')} as closed_at
    from numbering.incidents order by opened_at, id`,
  anchors: `select a.id, a.incident_id, ${ms('a.at')} as at,
      coalesce((select json_agg(json_build_object('role', s.role, 'signature', s.signature) order by s.role)
        from numbering.audit_sign_offs s where s.anchor_id = a.id), '[]') as sign_offs
    from numbering.audit_anchors a order by a.at, a.id`,
};

/** Exports with what the regulator finds in the store, and the audit trail's incidents; nothing where no keys are deployed. */
export async function collectAdministration(running: Running): Promise<Evidence['finalState']> {
  const deployed = new Set(running.deployment.components.map(({ name }) => name));
  if (!deployed.has('provider-kms') || !deployed.has('object-store')) return {};
  const collected: Record<string, Evidence['finalState'][string]> = {};
  for (const [table, query] of Object.entries(QUERIES)) collected[table] = await primarySql(running, query);
  const objects = await running.admin.objects('object-store', EXPORT_BUCKET);
  const key = await running.admin.http('provider-kms', { method: 'GET', path: '/v1/keys/regulator-exports' });
  return {
    ...collected,
    exportObjects: objects.map((object) => ({ ...object })),
    exportKey: [key.body as { publicKey: string }],
  };
}
