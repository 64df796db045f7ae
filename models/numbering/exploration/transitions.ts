import type { CaseFailure, Explored } from '../../../contract/index.ts';
import { changesBySubject, runTime, tablesOf } from '../invariants/tables.ts';
import type { AuditRow } from '../invariants/tables.ts';

/** What may come directly before a change (system/numbering/domain/identifiers.ts); undefined: the identifier as it was loaded. */
const AFTER: Readonly<Record<string, readonly (string | undefined)[]>> = {
  reserved: [undefined, 'reservation-released', 'reservation-expired', 'quarantine-ended'],
  assigned: [undefined, 'reserved', 'reservation-released', 'reservation-expired', 'quarantine-ended'],
  'reservation-released': ['reserved'],
  'reservation-expired': ['reserved'],
  released: [undefined, 'assigned', 'reinstated'],
  recalled: [undefined, 'assigned', 'reinstated'],
  reinstated: ['recalled'],
  'quarantine-ended': [undefined, 'released', 'recalled'],
};

/** The id by which a change goes on with what the one before it began. */
const SAME: Readonly<Record<string, 'reservationId' | 'leaseId'>> = {
  'reservation-released': 'reservationId',
  'reservation-expired': 'reservationId',
  released: 'leaseId',
  recalled: 'leaseId',
  reinstated: 'leaseId',
};

const IDENTIFIER = /^(MSISDN|SHORT_CODE|ALPHA):/;

/**
 * The committed changes of each identifier are a walk through its states: each is one that may follow on the one before, begins where that ended, speaks of the same
 * reservation or lease, and has the next version, so that none is missing.
 */
export function transitions(explored: Explored): readonly CaseFailure[] {
  const tables = tablesOf(explored);
  return [...changesBySubject(tables.audit)].flatMap(([subject, changes]) =>
    IDENTIFIER.test(subject)
      ? changes.flatMap((change, i): CaseFailure[] => {
          const what = wrong(change, changes[i - 1]);
          if (what === undefined) return [];
          const place = `${subject} version ${change.version}, ${change.action}`;
          return [{ check: 'answers:transition', what: `${place}: ${what}`, at: runTime(tables, change.at) }];
        })
      : [],
  );
}

function wrong({ action, version, detail }: AuditRow, before: AuditRow | undefined): string | undefined {
  const allowed = AFTER[action];
  if (allowed === undefined) return undefined;
  if (!allowed.includes(before?.action)) return `it follows on ${before?.action ?? 'nothing'}`;
  if (before === undefined) return undefined;
  if (version !== before.version + 1) return `the change before is of version ${before.version}`;
  if (detail.from !== before.detail.to) return `it begins as ${detail.from}, and was ${before.detail.to}`;
  const member = action === 'assigned' && before.action === 'reserved' ? 'reservationId' : SAME[action];
  if (member === undefined || detail[member] === before.detail[member]) return undefined;
  return `it is of ${member} ${String(detail[member])}, and before of ${String(before.detail[member])}`;
}
