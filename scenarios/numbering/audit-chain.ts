/** NUM-15: a row of the audit trail is changed past the service, and what administrators do about it. */
import { operations, polled, tamper } from 'faultline';
import type { Activity, Ms, OperatorStep, PlannableFault, Probe, Running, Stage } from 'faultline';
import {
  alterAuditRow,
  readAuditRow,
  rowFits,
  writeAuditRow,
} from '../../models/numbering/administration/audit-row.ts';
import type { Deed, StoredAuditRow } from '../../models/numbering/administration/audit-row.ts';
import { signOffs } from '../../models/numbering/administration/sign-offs.ts';
import type { Officer } from '../../models/numbering/administration/sign-offs.ts';
import { runVerification } from '../../models/numbering/administration/verification.ts';
import { generateExport, reAnchor, restoreAuditRow } from '../../models/numbering/clients/admin-call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { pendingMonth } from './exports.ts';

const ATTEMPT_EVERY_MS: Ms = 5000;
/** The row's own limit, for a refused attempt to be seen before the operator mends anything. */
const SEEN_WITHIN_MS: Ms = 60_000;

const TITLES: Readonly<Record<Deed, string>> = {
  change: 'change a row of the audit trail',
  delete: 'delete a row of the audit trail',
  recompute: 'change a row of the audit trail and compute its own hash anew',
};

/** One row among those that the cold backup has. */
export function auditRowTampered(deed: Deed): PlannableFault {
  return tamper<StoredAuditRow>({
    title: TITLES[deed],
    target: 'postgres (numbering.audit)',
    choose: async (stage) => {
      const [found] = await stage.running.admin.sql(
        'postgres',
        'select max(to_seq)::int as last from numbering.audit_backups',
      );
      const last = Number(found?.['last']);
      const row = await readAuditRow(
        stage.running,
        1 + Math.floor(stage.random('numbering.tampered-row')() * (last - 1)),
      );
      if (row === undefined) throw new Error('the audit trail has no row that is backed up');
      return { ...row, name: `row ${row.seq}` };
    },
    alter: (running, row) => alterAuditRow(running, row, deed),
    intact: (running, row) => rowFits(running, row.seq),
    putBack: writeAuditRow,
  });
}

async function runTheVerification(running: Running): Promise<void> {
  const { status, body } = await runVerification(running);
  if (status !== 200) throw new Error(`the verification answered ${status}: ${JSON.stringify(body)}`);
}

/** The day's backup, before anything is tampered with. */
export const dailyRun: Activity = {
  title: 'the trail is verified and backed up',
  during: 'steady',
  run: async ({ running }) => {
    await runTheVerification(running);
    // `verificationEnds` looks 2 s back: this run is not to be taken for the next one.
    await running.clock.sleep(3000);
  },
};

/** The next daily run, started by the scenario. */
export const nextDailyRun: Activity = {
  title: 'the trail is verified',
  during: 'fault',
  run: ({ running }) => runTheVerification(running),
};

export const verificationEnds: Probe = polled('a verification has ended', 1000, async ({ running }) => {
  const [row] = await running.admin.sql(
    'postgres',
    `select count(*)::int as runs from numbering.job_runs
      where job = 'audit-chain-verify' and ended_at >= now() - interval '2 seconds'`,
  );
  return { holds: Number(row?.['runs']) > 0, seen: `${String(row?.['runs'])} runs in 2 s` };
});

/** An administrator tries to make the next export from the verification on. */
export const exportsAttempted: Activity = {
  title: 'exports are attempted',
  during: 'fault',
  run: async (stage) => {
    const { instants, running } = stage;
    while ((instants.nextRun ?? instants.cleared) === undefined) await running.clock.sleep(500);
    const month = await pendingMonth(running);
    if (month === undefined) return;
    while (instants.cleared === undefined) {
      await clientsOf(stage).call('administrator', generateExport('administrator', month), { tags: { attempt: true } });
      await running.clock.sleep(ATTEMPT_EVERY_MS);
    }
  },
};

interface Report {
  readonly verification?: { readonly intact: boolean; readonly firstBadSeq?: number; readonly reason?: string };
  readonly incident?: { readonly incidentId: string; readonly detail: string };
}

async function reportOf({ admin }: Running): Promise<Report> {
  const { body } = await admin.http('numbering-service', { method: 'GET', path: '/v1/admin/numbering/audit/report' });
  return body as Report;
}

/** The runbook: the row named is put back from the cold backup, and the trail verified again. */
export const restoresTheRow: OperatorStep = {
  title: 'restore the row from the cold backup and verify again',
  run: async (stage) => {
    const { clock } = stage.running;
    const deadline = clock.now() + SEEN_WITHIN_MS;
    const refused = (): boolean =>
      stage.history.operations.some(({ input, error }) => input['attempt'] === true && error !== undefined);
    while (!refused() && clock.now() < deadline) await clock.sleep(500);
    const { verification } = await reportOf(stage.running);
    const seq = verification?.firstBadSeq;
    if (seq === undefined) throw new Error('the report names no row');
    const restored = await clientsOf(stage).call('administrator', restoreAuditRow('administrator', seq));
    if (restored.outcome !== 'ok') throw new Error(`row ${seq} was not restored: ${restored.error}`);
    await runTheVerification(stage.running);
  },
};

/** Two officers are not enough; three are, and then exports run again. */
export const reAnchored: Activity = {
  title: 'the trail is re-anchored, with two sign-offs and with three',
  during: 'cleared',
  run: async (stage) => {
    const { incident } = await reportOf(stage.running);
    if (incident === undefined) return;
    await anchor(stage, incident.incidentId, ['SECURITY', 'LEGAL']);
    await anchor(stage, incident.incidentId, ['SECURITY', 'LEGAL', 'COMPLIANCE']);
    // One that left while it must not is asked for again: it is given as it is.
    const attempted = stage.history.operations.findLast(({ input }) => input['attempt'] === true)?.input['month'];
    const month = (await pendingMonth(stage.running)) ?? attempted;
    if (typeof month === 'string')
      await clientsOf(stage).call('administrator', generateExport('administrator', month), { tags: { again: true } });
  },
};

async function anchor(stage: Stage, incidentId: string, roles: readonly Officer[]): Promise<void> {
  const call = reAnchor('administrator', incidentId, signOffs(incidentId, roles));
  await clientsOf(stage).call('administrator', call);
}

/** The latest verification found the chain intact. */
export const verificationPasses: Probe = polled(
  'the latest verification found the chain intact',
  5000,
  async ({ running }) => {
    const [row] = await running.admin.sql(
      'postgres',
      'select intact, rows::int from numbering.audit_verifications order by id desc limit 1',
    );
    return row === undefined
      ? undefined
      : { holds: row['intact'] === true, seen: `${String(row['rows'])} rows, intact ${String(row['intact'])}` };
  },
);

const exportOperations = operations('generate-export');
const attempts = exportOperations.where('while the chain is broken', ({ input }) => input['attempt'] === true);

export const exportsHalted: Probe = attempts.each(
  'an attempt to export is refused, and says that the chain is broken',
  ({ outcome, error, result }) =>
    outcome === 'info'
      ? undefined
      : error === 'EXPORT_HALTED' && String(result?.['detail']).includes('audit chain is broken'),
);

export const noExportLeaves: Probe = attempts.each(
  'no export leaves while the chain is broken',
  ({ outcome }) => outcome !== 'ok',
  {
    outcome: 'ok',
    result: {},
  },
);

/** The row that the fault changed, by the history. */
function tamperedSeq({ history }: Stage): number | undefined {
  const name = history.operations.find((operation) => operation.name === 'tamper')?.input['name'];
  return typeof name === 'string' ? Number(/\d+/.exec(name)?.[0]) : undefined;
}

/** It stays named by the incident when the row has been restored. */
export const rowNamed: Probe = polled('the report names the first offending row', 1000, async (stage) => {
  const { incident, verification } = await reportOf(stage.running);
  const named = verification?.firstBadSeq ?? Number(/row (\d+)/.exec(incident?.detail ?? '')?.[1]);
  return { holds: named === tamperedSeq(stage), seen: incident?.detail ?? 'no incident' };
});

export const incidentOpened: Probe = polled('a SECURITY incident is open', 1000, async ({ running }) => {
  const [row] = await running.admin.sql(
    'postgres',
    `select count(*)::int as open from numbering.incidents where kind = 'SECURITY' and closed_at is null`,
  );
  return { holds: row?.['open'] === 1, seen: `${String(row?.['open'])} open` };
});

/** By the table and a computation of our own, and by the service's verification. */
export const rowRestored: Probe = polled(
  'the row is as it was and the next verification passes',
  5000,
  async (stage) => {
    const seq = tamperedSeq(stage);
    const fits = seq !== undefined && (await rowFits(stage.running, seq));
    const { verification } = await reportOf(stage.running);
    return {
      holds: fits && verification?.intact === true,
      seen: `row ${seq} ${fits ? 'fits' : 'does not fit'}, verification ${verification?.intact === true ? 'passes' : 'fails'}`,
    };
  },
);

const anchors = operations('re-anchor');
const withTwo = anchors.where('with two sign-offs', ({ input }) => (input['roles'] as readonly string[]).length === 2);

export const twoAreRefused: Probe = withTwo.answeredWith('SIGN_OFF_MISSING');

export const neverAnchoredWithTwo: Probe = withTwo.each(
  'the chain is not re-anchored with two sign-offs',
  ({ outcome }) => outcome !== 'ok',
  { outcome: 'ok', result: {}, input: { roles: ['SECURITY', 'LEGAL'] } },
);

export const exportsRunAgain: Probe = exportOperations
  .where('after the re-anchoring', ({ input }) => input['again'] === true)
  .resultIs('status', 'DONE');
