import { createPublicKey, verify } from 'node:crypto';
import type { Evidence, Invariant, Ms, Violation } from '../../../contract/index.ts';
import { OFFICERS, anchorText } from '../administration/sign-offs.ts';
import { publicKeyOf } from '../administration/signing.ts';
import { administrationOf } from './administration-tables.ts';
import type { AdministrationTables, AnchorRow, ExportRow, JobRunRow } from './administration-tables.ts';
import { tablesOf } from './tables.ts';

/**
 * The chain is never re-anchored without recorded sign-off by Security, Legal and Compliance, whose signatures fit, and no
 * export leaves while it is broken: between the opening of the incident and its closing, or a verification and the next.
 * Whoever looked before the incident was there, or was done after the re-anchoring, may not have met it: where the runs of the jobs
 * were collected, what began after the run that found it must have, and the audit trail tells which of two was done first.
 */
export const invariant: Invariant = {
  name: 'audit-chain-guarded',
  check(evidence) {
    const tables = administrationOf(evidence);
    return {
      examined: tables.auditVerifications.length + tables.anchors.length,
      violations: [...tables.anchors.flatMap(signedOff), ...exportsWhileBroken(evidence), ...closedWithout(tables)],
    };
  },
  plant(evidence: Evidence) {
    const { anchors } = administrationOf(evidence);
    const unsigned = { id: 'planted', incident_id: 'planted', at: 0, sign_offs: [] };
    return { ...evidence, finalState: { ...evidence.finalState, anchors: [...anchors, unsigned] as never } };
  },
};

function signedOff({ id, incident_id: incident, sign_offs: signOffs }: AnchorRow): readonly Violation[] {
  const text = anchorText(incident);
  const missing = OFFICERS.filter(
    (officer) => !signOffs.some(({ role, signature }) => role === officer && fits(officer, text, signature)),
  );
  return missing.length === 0
    ? []
    : [{ what: `the chain was re-anchored (${id}) without sign-off by ${missing.join(' and ')}` }];
}

function fits(officer: string, text: string, signature: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKeyOf(officer), 'base64'), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}

/** A time in which the chain was broken, and what was recorded when all could know; undefined: nobody can tell when that was. */
interface Broken {
  readonly from: Ms;
  readonly to: Ms;
  readonly known?: JobRunRow | undefined;
}

function exportsWhileBroken(evidence: Evidence): readonly Violation[] {
  const tables = administrationOf(evidence);
  const { audit } = tablesOf(evidence);
  /** It began to be made, and looked, when the incident was there for all. */
  const begunLater = ({ runs_before: runs }: ExportRow, { known }: Broken): boolean =>
    tables.jobRuns === undefined || (known !== undefined && runs >= known.nth);
  const doneLast = ({ month }: ExportRow, { to }: Broken): boolean => {
    const exported = audit.find(({ action, subject }) => action === 'exported' && subject === `EXPORT:${month}`);
    const anchored = audit.find(({ action, at }) => action === 're-anchored' && at >= to);
    return exported !== undefined && anchored !== undefined && exported.seq > anchored.seq;
  };
  const broken = brokenTimes(tables);
  return tables.exports.flatMap((row): Violation[] => {
    const { month, done_at: at } = row;
    if (at === null) return [];
    const met = broken.some((time) => at >= time.from && at < time.to && begunLater(row, time) && !doneLast(row, time));
    return met
      ? [{ what: `the export of ${month} left at ${new Date(at).toISOString()} while the audit chain was broken` }]
      : [];
  });
}

function brokenTimes({ auditVerifications, incidents, jobRuns = [] }: AdministrationTables): readonly Broken[] {
  const during = (from: Ms): Pick<Broken, 'from' | 'known'> => ({
    from,
    known: jobRuns.find(
      ({ job, started_at: started, ended_at: ended }) =>
        job === 'audit-chain-verify' && started <= from && from <= ended,
    ),
  });
  return [
    ...auditVerifications.flatMap(({ intact, at }, i) =>
      intact ? [] : [{ ...during(at), to: auditVerifications[i + 1]?.at ?? Infinity }],
    ),
    ...incidents
      .filter(({ subject }) => subject === 'AUDIT-CHAIN')
      .map(({ opened_at: from, closed_at: to }) => ({ ...during(from), to: to ?? Infinity })),
  ];
}

/** An incident about the chain is closed by a re-anchoring and by nothing else. */
function closedWithout({ anchors, incidents }: AdministrationTables): readonly Violation[] {
  return incidents
    .filter(
      ({ id, subject, closed_at: closed }) =>
        subject === 'AUDIT-CHAIN' && closed !== null && !anchors.some((anchor) => anchor.incident_id === id),
    )
    .map(({ id }) => ({ what: `incident ${id} was closed without a re-anchoring` }));
}
