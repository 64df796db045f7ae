import type { Evidence, Invariant, Ms, Operation, Violation } from '../../../contract/index.ts';
import { changesBySubject, runTime, subjectOf, tablesOf } from './tables.ts';
import type { AuditRow, Tables } from './tables.ts';

/** The only one who returns an identifier to the pool. */
const SWEEP = 'job:quarantine-sweep';

/**
 * No identifier is leased before its quarantineUntil, nor before the sweep has returned it to the pool. Looked at in the
 * committed changes, and in what the tenants who gave an identifier back and who got it later were told.
 */
export const invariant: Invariant = {
  name: 'quarantine-respected',
  check(evidence) {
    const tables = tablesOf(evidence);
    return {
      examined: tables.audit.filter(({ detail }) => detail.to === 'QUARANTINE' || detail.from === 'QUARANTINE').length,
      violations: [
        ...[...changesBySubject(tables.audit).values()].flatMap((list) => committed(list, tables)),
        ...told(evidence, tables),
      ],
    };
  },
  plant(evidence) {
    const { audit } = tablesOf(evidence);
    const rest = audit.findLast(({ detail }) => detail.to === 'QUARANTINE');
    if (rest === undefined) return evidence;
    const leased = {
      ...rest,
      seq: rest.seq + 0.5,
      version: rest.version + 0.5,
      action: 'assigned',
      actor: 'planted',
      detail: { from: 'QUARANTINE', to: 'ASSIGNED', tenantId: 'planted' },
    };
    return { ...evidence, finalState: { ...evidence.finalState, audit: [...audit, leased] as never } };
  },
};

/** What may follow a quarantine: its end by the sweep, in time; or the operator's taking back of the recall that began it. */
function committed(changes: readonly AuditRow[], tables: Tables): readonly Violation[] {
  return changes.flatMap((change, i): Violation[] => {
    const { action, actor, at, detail, subject, version } = change;
    const before = changes[i - 1];
    // The first change of an identifier that was loaded in quarantine has none before it.
    if ((before?.detail.to ?? detail.from) !== 'QUARANTINE' || action === 'reinstated') return [];
    const violation = (what: string): Violation[] => [
      { at: runTime(tables, at), what: `${subject} version ${version}: ${what}` },
    ];
    if (action !== 'quarantine-ended') return violation(`${action} for ${actor} while in quarantine`);
    if (actor !== SWEEP) return violation(`given back by ${actor}, not by the sweep`);
    const until = before?.detail.quarantineUntil;
    const early = until === undefined ? 0 : Date.parse(until) - at;
    return early > 0 ? violation(`given back ${early} ms before its time`) : [];
  });
}

/** A tenant was given an identifier before the time that the tenant before it was told. */
function told({ operations }: Evidence, tables: Tables): readonly Violation[] {
  if (tables.clock.length === 0) return [];
  // No row with this invariant moves the clocks.
  const restsUntil = ({ result }: Operation): Ms => runTime(tables, Date.parse(String(result?.['quarantineUntil'])));
  return operations.flatMap((given): Violation[] => {
    const { id, name, outcome, invokedAt, completedAt, result } = given;
    if (outcome !== 'ok' || completedAt === undefined || (name !== 'reserve' && name !== 'assign')) return [];
    // A replay tells of what was given before.
    if (result?.['replayed'] === true) return [];
    const rest = operations.find(
      (other) =>
        other.name === 'release' &&
        other.outcome === 'ok' &&
        (other.completedAt ?? Infinity) <= invokedAt &&
        subjectOf(other.result) === subjectOf(result) &&
        restsUntil(other) > completedAt,
    );
    if (rest === undefined) return [];
    const until = String(rest.result?.['quarantineUntil']);
    return [
      { at: completedAt, what: `operation ${id}: ${name} of ${subjectOf(result)}, which was to rest until ${until}` },
    ];
  });
}
