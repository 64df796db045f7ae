import type { Evidence, Invariant, Violation } from '../../../contract/index.ts';
import { runTime, tablesOf } from './tables.ts';
import type { AuditRow, Tables } from './tables.ts';

/** A positive answer as sender-id-registry recorded it, before it was given. */
interface Verification {
  readonly id: string;
  readonly tenant_id: string;
  readonly sender_id: string;
}

/**
 * No alpha identifier is leased without a positive answer of sender-id-registry for that request: each lease names an
 * answer that the registry has recorded for this tenant and sender id, and no answer serves two leases.
 */
export const invariant: Invariant = {
  name: 'no-unverified-alpha',
  check(evidence) {
    const tables = tablesOf(evidence);
    const leased = tables.audit.filter(isAlphaLease);
    const answers = new Map(verifications(evidence).map((answer) => [answer.id, answer]));
    const used = new Map<string, AuditRow>();
    return {
      examined: leased.length,
      violations: leased.flatMap((lease): Violation[] => {
        const { verificationId } = lease.detail;
        const answer = verificationId === undefined ? undefined : answers.get(verificationId);
        if (answer === undefined) return [violation(tables, lease, 'without a positive answer of the registry')];
        if (answer.tenant_id !== lease.detail.tenantId || `ALPHA:${answer.sender_id}` !== lease.subject) {
          const of = `${answer.sender_id} of ${answer.tenant_id}`;
          return [violation(tables, lease, `on the registry's answer about ${of}`)];
        }
        const other = used.get(answer.id);
        used.set(answer.id, lease);
        return other === undefined
          ? []
          : [violation(tables, lease, `on the answer that version ${other.version} rests on`)];
      }),
    };
  },
  plant(evidence) {
    const model = tablesOf(evidence).audit.findLast(isAlphaLease);
    if (model === undefined) return evidence;
    const { verificationId: _verified, ...detail } = model.detail;
    const planted = { ...model, version: model.version + 1, detail };
    const audit = [...(evidence.finalState['audit'] ?? []), planted] as unknown as Evidence['finalState'][string];
    return { ...evidence, finalState: { ...evidence.finalState, audit } };
  },
};

function isAlphaLease({ action, subject }: AuditRow): boolean {
  return action === 'assigned' && subject.startsWith('ALPHA:');
}

function verifications({ finalState }: Evidence): readonly Verification[] {
  return (finalState['verifications'] ?? []) as unknown as readonly Verification[];
}

function violation(tables: Tables, { subject, detail, at }: AuditRow, how: string): Violation {
  return { at: runTime(tables, at), what: `${subject} was leased to ${String(detail.tenantId)} ${how}` };
}
