import { createPublicKey, verify } from 'node:crypto';
import type { Evidence, Invariant, Ms, Violation } from '../../../contract/index.ts';
import { OFFICERS, anchorText } from '../administration/sign-offs.ts';
import { publicKeyOf } from '../administration/signing.ts';
import { administrationOf } from './administration-tables.ts';
import type { AdministrationTables, AnchorRow } from './administration-tables.ts';
import { tablesOf } from './tables.ts';

/**
 * The chain is never re-anchored without recorded sign-off by Security, Legal and Compliance, whose signatures fit, and no
 * export leaves while it is broken: between the opening of the incident and its closing, or a verification and the next.
 * Whoever looked before the incident was there, or was done after the re-anchoring, may not have met it: where the runs of the job
 * were collected, the incident is there from the end of its run on, and the audit trail tells which of two was done first.
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

/** A time in which everybody could know that the chain was broken. Instants are those at which transactions began. */
interface Broken {
  readonly from: Ms;
  readonly to: Ms;
}

function exportsWhileBroken(evidence: Evidence): readonly Violation[] {
  const tables = administrationOf(evidence);
  const { audit } = tablesOf(evidence);
  const doneLast = (month: string, to: Ms): boolean => {
    const exported = audit.find(({ action, subject }) => action === 'exported' && subject === `EXPORT:${month}`);
    const anchored = audit.find(({ action, at }) => action === 're-anchored' && at >= to);
    return exported !== undefined && anchored !== undefined && exported.seq > anchored.seq;
  };
  return tables.exports.flatMap(({ month, done_at: at }): Violation[] =>
    at !== null && brokenTimes(tables).some(({ from, to }) => at >= from && at < to && !doneLast(month, to))
      ? [{ what: `the export of ${month} left at ${new Date(at).toISOString()} while the audit chain was broken` }]
      : [],
  );
}

function brokenTimes({ auditVerifications, incidents, jobRuns }: AdministrationTables): readonly Broken[] {
  const known = (at: Ms): Ms =>
    jobRuns === undefined
      ? at
      : (jobRuns.find(({ started_at: started, ended_at: ended }) => started <= at && at <= ended)?.ended_at ??
        Infinity);
  return [
    ...auditVerifications.flatMap(({ intact, at }, i) =>
      intact ? [] : [{ from: known(at), to: auditVerifications[i + 1]?.at ?? Infinity }],
    ),
    ...incidents
      .filter(({ subject }) => subject === 'AUDIT-CHAIN')
      .map(({ opened_at: from, closed_at: to }) => ({ from: known(from), to: to ?? Infinity })),
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
