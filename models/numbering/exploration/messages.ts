import type { CaseFailure, Explored, Ms } from '../../../contract/index.ts';
import { certainHolds } from '../invariants/holds.ts';
import { runTime, subjectOf, tablesOf } from '../invariants/tables.ts';
import { storiesOf } from '../messages.ts';

/** A validation may rest on a read that is so old (NUM-01): who got its lease later may be told that it has none. */
const CACHE_AGE_MS: Ms = 60_000;
/** HOLD_MS of the explored deployments in place of the document's 10 min, so short that a message may end within a run, and an outage outlast it. */
export const HOLD_MS: Ms = 4000;
/** VALIDATE_TIMEOUT_MS there. */
export const VALIDATE_TIMEOUT_MS: Ms = 1000;
/** A look that began just before waits for two instances that do not answer, and so does the last one. */
const LAST_LOOK_MS: Ms = 4 * VALIDATE_TIMEOUT_MS;
/** Between a read and what is made of it, on links that are not slow. */
const READ_MS: Ms = 500;
/** With these a message's last look comes late. */
const KEEPERS = /sms-orchestrator|nats/;
const ENDS: readonly string[] = ['DISPATCHED', 'DEAD_LETTER'];

/** What the orchestrator's stream and its answers say of messages. */
export function messages(explored: Explored): readonly CaseFailure[] {
  return [
    ...handedTwice(explored),
    ...changedItsEnd(explored),
    ...toldOtherwise(explored),
    ...buried(explored),
    ...heldTooLong(explored),
    ...restsOnNothing(explored),
  ];
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

/** Held for longer than the hold time, although who holds it and where it is kept were never broken. */
function heldTooLong({ case: drawn, ...explored }: Explored): readonly CaseFailure[] {
  const own = ({ from, to }: { from: string; to: string }): boolean => /nats/.test(`${from} ${to}`);
  if (drawn.slowLinks.some(own) || drawn.faults.some(({ targets }) => KEEPERS.test(processOf(targets)))) return [];
  const tables = tablesOf(explored);
  return [...storiesOf(explored).values()].flatMap(({ messageId, states }): CaseFailure[] => {
    const [first, last] = [states[0], states.findLast(({ state }) => ENDS.includes(state))];
    if (first === undefined || last === undefined || last.at - first.at <= HOLD_MS + LAST_LOOK_MS) return [];
    const what = `message ${messageId} is ${last.state} ${last.at - first.at} ms after it was accepted, and it may be held for ${HOLD_MS} ms`;
    return [{ check: 'messages:held-so-long', what, at: runTime(tables, last.at) }];
  });
}

/** A dispatch says how old the read is that it rests on: at that instant its lease stood. Told only where nothing is late between the read and the dispatch. */
function restsOnNothing({ case: drawn, ...explored }: Explored): readonly CaseFailure[] {
  const late = [...drawn.slowLinks.map(({ from, to }) => [from, to]), ...drawn.faults.map(({ targets }) => targets)];
  const ofNats = (targets: readonly string[]): boolean => targets.some((target) => target.startsWith('nats'));
  const delays = late.filter(
    (targets) => !ofNats(targets) && /sms-orchestrator|numbering-service/.test(targets.join()),
  );
  if (delays.length > 0 || drawn.faults.some(({ kind }) => kind === 'process.pause')) return [];
  const tables = tablesOf(explored);
  const ended = new Map(tables.leases.map(({ id, ended_at: endedAt }) => [id, endedAt]));
  return [...storiesOf(explored).values()].flatMap(({ messageId, dispatches }) =>
    dispatches.flatMap(({ at, validation }): CaseFailure[] => {
      const end = ended.get(validation?.leaseId ?? '') ?? Infinity;
      const over = at - (validation?.readAgeMs ?? 0) - end;
      if (over <= READ_MS) return [];
      const what = `message ${messageId} was dispatched on a read that is ${validation?.readAgeMs} ms old, and its lease had ended ${over} ms before that`;
      return [{ check: 'messages:rests-on-its-read', what, at: runTime(tables, at) }];
    }),
  );
}

/** What a fault is of: a process, or a link to NATS; the orchestrator's links to others only keep it from an answer. */
const processOf = (targets: readonly string[]): string =>
  targets.length === 1 || targets.some((target) => target.startsWith('nats')) ? targets.join(' ') : '';
