import type { CaseFailure, Explored, Ms } from '../../../contract/index.ts';
import { certainHolds } from '../invariants/holds.ts';
import { runTime, subjectOf, tablesOf } from '../invariants/tables.ts';
import { storiesOf } from '../messages.ts';

/** A validation may rest on a read that is so old (NUM-01): who got its lease later may be told that it has none. */
const CACHE_AGE_MS: Ms = 60_000;
const ENDS: readonly string[] = ['DISPATCHED', 'DEAD_LETTER'];

/** What the orchestrator's stream and its answers say of messages. */
export function messages(explored: Explored): readonly CaseFailure[] {
  return [...handedTwice(explored), ...changedItsEnd(explored), ...toldOtherwise(explored), ...buried(explored)];
}

/** Handed to the carriers more than once. */
function handedTwice(explored: Explored): readonly CaseFailure[] {
  return [...storiesOf(explored).values()]
    .filter(({ dispatches }) => dispatches.length > 1)
    .map(({ messageId, dispatches }) => ({
      check: 'messages:dispatched-once',
      what: `message ${messageId} was handed to the carriers ${dispatches.length} times`,
    }));
}

/** Both dispatched and dead: its tenant was charged for what counts as lost, or the other way round. */
function changedItsEnd(explored: Explored): readonly CaseFailure[] {
  return [...storiesOf(explored).values()].flatMap(({ messageId, states }) => {
    const ends = new Set(states.map(({ state }) => state).filter((state) => ENDS.includes(state)));
    return ends.size < 2
      ? []
      : [{ check: 'messages:one-end', what: `message ${messageId} ended as ${[...ends].join(' and as ')}` }];
  });
}

/** What a tenant was told of a message as its end is told otherwise later. */
function toldOtherwise({ operations }: Explored): readonly CaseFailure[] {
  const told = operations.filter(({ name, outcome }) => name === 'message-state' && outcome === 'ok');
  return told.flatMap((later): CaseFailure[] => {
    const before = told.find(
      ({ input, result, completedAt = Infinity }) =>
        input['messageId'] === later.input['messageId'] &&
        completedAt < later.invokedAt &&
        ENDS.includes(String(result?.['state'])) &&
        result?.['state'] !== later.result?.['state'],
    );
    if (before === undefined) return [];
    return [
      {
        check: 'messages:end-is-told',
        what: `operation ${later.id}: message ${String(later.input['messageId'])} is ${String(later.result?.['state'])}, and was ${String(before.result?.['state'])} in operation ${before.id}`,
        at: later.invokedAt,
      },
    ];
  });
}

/** Dead for want of a lease that its tenant certainly had, for longer than a validation may be old. */
function buried(explored: Explored): readonly CaseFailure[] {
  const stories = storiesOf(explored);
  const tables = tablesOf(explored);
  const holds = certainHolds(explored.operations).filter(({ by }) => by.name === 'assign');
  const sent = explored.operations.filter(({ name, outcome }) => name === 'send' && outcome === 'ok');
  return sent.flatMap(({ id, input, invokedAt }): CaseFailure[] => {
    const end = stories.get(String(input['messageId']))?.states.findLast(({ state }) => state === 'DEAD_LETTER');
    if (end?.reason?.startsWith('lease_') !== true) return [];
    const at = runTime(tables, end.at);
    // Where nobody asked for the identifier before, nothing old can have been kept of it.
    const asked = explored.operations.find(
      (other) => (other.name === 'validate' || other.name === 'send') && subjectOf(other.input) === subjectOf(input),
    );
    const held = holds.find(
      ({ subject, tenantId, from, to }) =>
        subject === subjectOf(input) &&
        tenantId === input['tenantId'] &&
        to >= at &&
        from < invokedAt &&
        ((asked?.invokedAt ?? invokedAt) > from || from + CACHE_AGE_MS < invokedAt),
    );
    if (held === undefined) return [];
    return [
      {
        check: 'messages:lease-was-valid',
        what: `operation ${id}: message ${String(input['messageId'])} is dead by ${end.reason}, and its tenant held ${held.subject} (operation ${held.by.id})`,
        at,
      },
    ];
  });
}
