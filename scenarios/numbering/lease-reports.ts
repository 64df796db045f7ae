/** Administrators read the report of leases, in rows about the replica. */
import { polled } from 'faultline';
import type { Ms, Probe, Stage } from 'faultline';
import { primarySql } from '../../models/numbering/primary.ts';

const POLL_MS: Ms = 1000;

/** What an instance's report says of itself: where it was read, and how old it is by the primary's clock. */
async function reportsOf({ running }: Stage): Promise<readonly { readonly source: string; readonly ageMs: Ms }[]> {
  const instances = running.component('numbering-service').instances;
  return Promise.all(
    instances.map(async (instance) => {
      const { body, status } = await running.admin.http(instance, {
        method: 'GET',
        path: '/v1/admin/numbering/reports/leases',
      });
      if (status !== 200) return { source: `HTTP ${status}`, ageMs: Infinity };
      const { source, asOf } = body as { source: string; asOf: string };
      const [row] = await primarySql(running, 'select floor(extract(epoch from now()) * 1000)::float8 as now');
      return { source, ageMs: (Number(row?.['now']) - Date.parse(asOf)) * running.clock.speed };
    }),
  );
}

function reports(title: string, holds: (report: { source: string; ageMs: Ms }) => boolean): Probe {
  return polled(title, POLL_MS, async (stage) => {
    const read = await reportsOf(stage);
    const seen = read.map(({ source, ageMs }) => `${source}, ${(ageMs / 1000).toFixed(1)} s old`).join('; ');
    return { holds: read.every(holds), seen };
  });
}

/** Reports are read on the primary, so they are new. */
export const reportsFromPrimary = (newerThan: Ms): Probe =>
  reports(
    `reports are read on the primary, and are newer than ${newerThan / 1000} s`,
    ({ source, ageMs }) => source === 'primary' && ageMs < newerThan,
  );

export const reportsFromReplica = (newerThan: Ms): Probe =>
  reports(
    `reports are read on the replica, and are newer than ${newerThan / 1000} s`,
    ({ source, ageMs }) => source === 'replica' && ageMs < newerThan,
  );
