import type { Evidence, Invariant, Ms, Operation, Violation } from '../../../contract/index.ts';
import { changesBySubject, runTime, subjectOf, tablesOf } from './tables.ts';
import type { AuditRow, Tables } from './tables.ts';

/** What a success of a write has put into the database: its change, and the id by which both know each other. */
const EFFECTS: Readonly<Record<string, { readonly action: string; readonly id: 'reservationId' | 'leaseId' }>> = {
  reserve: { action: 'reserved', id: 'reservationId' },
  'release-reservation': { action: 'reservation-released', id: 'reservationId' },
  assign: { action: 'assigned', id: 'leaseId' },
  release: { action: 'released', id: 'leaseId' },
  recall: { action: 'recalled', id: 'leaseId' },
  reinstate: { action: 'reinstated', id: 'leaseId' },
};

/**
 * No identifier is assigned, recalled or reinstated, and no such success is answered, before the write is committed: each
 * success has its change, event and row, and each identifier stands where its last committed change put it. A row may say that
 * reservations go with the fault: then one that was open when it began may be gone, with its release.
 */
export const invariant: Invariant = {
  name: 'durable-before-effect',
  check(evidence) {
    const tables = tablesOf(evidence);
    const gone = goneWithTheFault(evidence, tables);
    const answered = evidence.operations.filter(
      (operation) => operation.outcome === 'ok' && operation.name in EFFECTS && !gone(operation),
    );
    const changes = new Map(tables.audit.map((change) => [`${change.subject} ${change.version}`, change]));
    return {
      examined: answered.length + tables.audit.length,
      violations: [
        ...answered.flatMap((operation) => success(operation, changes)),
        ...events(tables),
        ...states(tables),
        ...rows(tables),
      ],
    };
  },
  plant(evidence) {
    const model = evidence.operations.findLast(({ name, outcome }) => outcome === 'ok' && name in EFFECTS);
    if (model === undefined) return evidence;
    const lost: Operation = { ...model, id: -1, process: 'planted', result: { ...model.result, version: 999_999 } };
    return { ...evidence, operations: [...evidence.operations, lost] };
  },
};

/** Which answered operations were on a reservation that the fault may have taken with it (`impact` of NUM-14: "open reservations gone"). */
function goneWithTheFault({ operations, mayLose }: Evidence, tables: Tables): (operation: Operation) => boolean {
  if (mayLose === undefined) return () => false;
  const open = new Set(
    operations
      .filter(({ name, result }) => name === 'reserve' && expiry(tables, result) > mayLose.from)
      .map(({ result }) => result?.['reservationId']),
  );
  return ({ name, input, result, completedAt = Infinity }) =>
    mayLose.operations.includes(name) &&
    completedAt <= mayLose.to &&
    open.has(result?.['reservationId'] ?? input['reservationId']);
}

function expiry(tables: Tables, result: Operation['result']): Ms {
  return runTime(tables, Date.parse(String(result?.['expiresAt'])));
}

/** A success that the database knows nothing of. */
function success(operation: Operation, changes: ReadonlyMap<string, AuditRow>): readonly Violation[] {
  const { id, name, input, result, completedAt } = operation;
  const effect = EFFECTS[name];
  if (effect === undefined) return [];
  const change = changes.get(`${subjectOf(result)} ${String(result?.['version'])}`);
  const wanted = result?.[effect.id] ?? input[effect.id];
  if (change?.action === effect.action && change.detail[effect.id] === wanted) return [];
  const found = change === undefined ? 'no such change' : `${change.action} instead`;
  const what = `operation ${id}: ${name} of ${subjectOf(result)} version ${String(result?.['version'])} was answered, but ${found} is committed`;
  return [completedAt === undefined ? { what } : { at: completedAt, what }];
}

const IDENTIFIER = /^(MSISDN|SHORT_CODE|ALPHA):/;

/** Change and event are of one transaction: one without the other was not committed as a whole. */
function events(tables: Tables): readonly Violation[] {
  const name = (subject: string, version: number, action: string): string => `${subject} version ${version}, ${action}`;
  // Blocks, contracts and incidents have changes and events of their own.
  const changed = tables.audit.filter(({ subject }) => IDENTIFIER.test(subject));
  const changes = new Set(changed.map(({ subject, version, action }) => name(subject, version, action)));
  // Other events tell of what changed nothing: a race that was lost.
  const ofIdentifiers = tables.outbox.filter(({ type }) => type.startsWith('numbering.identifier.'));
  const told = new Set(
    ofIdentifiers.map(({ subject, version, type }) =>
      name(subject, version, /\.([a-z-]+)\.v\d+$/.exec(type)?.[1] ?? type),
    ),
  );
  return [
    ...[...changes.difference(told)].map((change) => ({ what: `${change}: committed without its event` })),
    ...[...told.difference(changes)].map((event) => ({ what: `${event}: an event without its change` })),
  ];
}

/** An identifier that does not stand where its last committed change put it. */
function states(tables: Tables): readonly Violation[] {
  const changes = changesBySubject(tables.audit);
  return tables.identifiers.flatMap(({ subject, state, version }): Violation[] => {
    const last = changes.get(subject)?.at(-1);
    if (last?.version === version && last.detail.to === state) return [];
    const committed =
      last === undefined ? 'no change is committed' : `${last.detail.to} version ${last.version} is committed`;
    const what = `${subject} is ${state} version ${version}, but ${committed}`;
    return [last === undefined ? { what } : { at: runTime(tables, last.at), what }];
  });
}

/** A committed change whose reservation or lease is not in its table. */
function rows({ audit, reservations, leases }: Tables): readonly Violation[] {
  const known = new Set([...reservations, ...leases].map(({ id }) => id));
  return audit.flatMap(({ action, detail, subject }): Violation[] => {
    const id = action === 'reserved' ? detail.reservationId : action === 'assigned' ? detail.leaseId : undefined;
    return id === undefined || known.has(id) ? [] : [{ what: `${subject} ${action}, but ${id} has no row` }];
  });
}
