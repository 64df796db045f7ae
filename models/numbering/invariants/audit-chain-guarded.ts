import { createPublicKey, verify } from 'node:crypto';
import type { Evidence, Invariant, Violation } from '../../../contract/index.ts';
import { publicKeyOf } from '../administration/signing.ts';
import { administrationOf } from './administration-tables.ts';
import type { AdministrationTables, AnchorRow } from './administration-tables.ts';

/** Whose sign-offs a re-anchoring needs. */
const OFFICERS = ['COMPLIANCE', 'LEGAL', 'SECURITY'] as const;

/**
 * The chain is never re-anchored without recorded sign-off by Security, Legal and Compliance, whose signatures fit, and no
 * export leaves while it is broken: between the opening of the incident and its closing, or a verification and the next.
 */
export const invariant: Invariant = {
  name: 'audit-chain-guarded',
  check(evidence) {
    const tables = administrationOf(evidence);
    return {
      examined: tables.auditVerifications.length + tables.anchors.length,
      violations: [...tables.anchors.flatMap(signedOff), ...exportsWhileBroken(tables), ...closedWithout(tables)],
    };
  },
  plant(evidence: Evidence) {
    const { anchors } = administrationOf(evidence);
    const unsigned = { id: 'planted', incident_id: 'planted', at: 0, sign_offs: [] };
    return { ...evidence, finalState: { ...evidence.finalState, anchors: [...anchors, unsigned] as never } };
  },
};

function signedOff({ id, incident_id: incident, sign_offs: signOffs }: AnchorRow): readonly Violation[] {
  const text = JSON.stringify({ action: 're-anchor', incidentId: incident });
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

function exportsWhileBroken({ auditVerifications, exports, incidents }: AdministrationTables): readonly Violation[] {
  const broken = [
    ...auditVerifications.flatMap(({ intact, at }, i) =>
      intact ? [] : [{ from: at, to: auditVerifications[i + 1]?.at ?? Infinity }],
    ),
    ...incidents
      .filter(({ subject }) => subject === 'AUDIT-CHAIN')
      .map(({ opened_at: from, closed_at: to }) => ({ from, to: to ?? Infinity })),
  ];
  return exports.flatMap(({ month, done_at: at }): Violation[] =>
    at !== null && broken.some(({ from, to }) => at >= from && at < to)
      ? [{ what: `the export of ${month} left at ${new Date(at).toISOString()} while the audit chain was broken` }]
      : [],
  );
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
