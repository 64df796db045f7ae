import type { CaseFailure, Explored, Operation } from '../../../contract/index.ts';
import { changesBySubject, runTime, subjectOf, tablesOf } from '../invariants/tables.ts';
import type { AuditRow } from '../invariants/tables.ts';

/** What a change is called in the audit trail, by the operation that asks for it. */
const ACTIONS: Readonly<Record<string, string>> = {
  reserved: 'reserve',
  assigned: 'assign',
  'reservation-released': 'release-reservation',
  released: 'release',
  recalled: 'recall',
  reinstated: 'reinstate',
};

/**
 * Every committed change in a client's name is one that it asked for, once: an answer tells of it, or a call of which nobody knows may
 * have made it. All calls under one key have one effect. A change beyond that was made twice, or by a call that was told that it failed.
 */
export function accounted(explored: Explored): readonly CaseFailure[] {
  const { operations } = explored;
  const tables = tablesOf(explored);
  const clients = new Set(operations.map(({ input }) => input['tenantId']));
  const told = new Set(operations.filter(({ outcome }) => outcome === 'ok').map((each) => effectOf(each)));
  const open = unknown(operations);
  const missing: AuditRow[] = [];
  for (const row of [...changesBySubject(tables.audit).values()].flat()) {
    const name = ACTIONS[row.action];
    if (name === undefined || !clients.has(row.actor) || told.has(`${name} ${row.subject} ${row.version}`)) continue;
    const made = open.findIndex((calls) => calls.some((call) => mayHaveMade(call, name, row)));
    if (made === -1) missing.push(row);
    else open.splice(made, 1);
  }
  return missing.map(({ subject, version, action, actor, at }) => ({
    check: 'answers:change-asked-for',
    what: `${subject} was ${action} as version ${version} for ${actor}, and no call of its accounts for that`,
    at: runTime(tables, at),
  }));
}

const effectOf = ({ name, result }: Operation): string => `${name} ${subjectOf(result)} ${String(result?.['version'])}`;

/** Calls of which nobody knows, by their keys; of those that name no identifier the last, since they may have made any change. */
function unknown(operations: readonly Operation[]): Operation[][] {
  const writes = operations.filter(({ input }) => input['idempotencyKey'] !== undefined || input['keyless'] === true);
  // Without a key each is a call of its own.
  const byKey = Map.groupBy(
    writes,
    ({ id, input }) => `${String(input['tenantId'])} ${JSON.stringify(input['idempotencyKey'] ?? id)}`,
  );
  return [...byKey.values()]
    .filter((calls) => calls.every(({ outcome }) => outcome !== 'ok'))
    .map((calls) => calls.filter(({ outcome }) => outcome === 'info'))
    .filter((calls) => calls.length > 0)
    .toSorted((a, b) => Number(a.some(namesNone)) - Number(b.some(namesNone)));
}

const namesNone = ({ input }: Operation): boolean =>
  input['value'] === undefined && input['reservationId'] === undefined && input['leaseId'] === undefined;

function mayHaveMade({ name, input }: Operation, wanted: string, { subject, actor, detail }: AuditRow): boolean {
  if (name !== wanted || input['tenantId'] !== actor) return false;
  if (input['value'] !== undefined) return subjectOf(input) === subject;
  if (input['reservationId'] !== undefined) return input['reservationId'] === detail.reservationId;
  if (input['leaseId'] !== undefined) return input['leaseId'] === detail.leaseId;
  return subject.startsWith(`${String(input['kind'])}:`);
}
