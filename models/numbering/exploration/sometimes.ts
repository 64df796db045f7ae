import type { Explored, Operation } from '../../../contract/index.ts';
import { runTime, tablesOf } from '../invariants/tables.ts';
import { storiesOf } from '../messages.ts';

const answered = ({ operations }: Explored, name: string, error?: string): readonly Operation[] =>
  operations.filter(
    (operation) =>
      operation.name === name && (error === undefined ? operation.outcome === 'ok' : operation.error === error),
  );

const rows = ({ finalState }: Explored, table: string): readonly Readonly<Record<string, unknown>>[] =>
  finalState[table] ?? [];

/** A fault of one of these kinds, on one of these targets, was injected while something was under way. */
function during(explored: Explored, kinds: RegExp, target: RegExp, state: RegExp): boolean {
  return explored.faults.some(
    ({ planned, state: seen, skipped }) =>
      skipped === undefined && kinds.test(planned.kind) && target.test(planned.targets.join(' ')) && state.test(seen),
  );
}

/**
 * States that exploration must reach now and then: an exploration that never gets there looks at nothing. Read from what
 * clients saw, the faults and the final rows; the system itself does not know of them.
 */
export const sometimes: Readonly<Record<string, (explored: Explored) => boolean>> = {
  'a conflict is lost': (explored) => answered(explored, 'reserve', 'CONFLICT').length > 0,
  'two calls race for one number': ({ operations }) => overlapping(operations),
  'a reservation expires unused': (explored) =>
    rows(explored, 'reservations').some(({ status }) => status === 'EXPIRED'),
  'an expired reservation is assigned in vain': (explored) =>
    answered(explored, 'assign', 'RESERVATION_EXPIRED').length > 0,
  'a number in quarantine is asked for': (explored) =>
    answered(explored, 'reserve', 'QUARANTINE_ACTIVE').length +
      answered(explored, 'assign', 'QUARANTINE_ACTIVE').length >
    0,
  'a number comes back from quarantine': (explored) =>
    rows(explored, 'audit').some(({ action }) => action === 'quarantine-ended'),
  'a lease is recalled and reinstated': (explored) =>
    answered(explored, 'recall').length > 0 && answered(explored, 'reinstate').length > 0,
  'a repeat is answered from the key': ({ operations }) =>
    operations.some(({ result }) => result?.['replayed'] === true),
  'a key meets another payload': ({ operations }) => operations.some(({ error }) => error === 'IDEMPOTENCY_CONFLICT'),
  'nobody knows whether an assign took effect': ({ operations }) =>
    operations.some(({ name, outcome }) => name === 'assign' && outcome === 'info'),
  'an unknown write was carried out': (explored) => carriedOut(explored),
  'the service dies during an assign': (explored) =>
    during(explored, /^process\.(kill|terminate)/, /numbering-service/, /^assign/),
  'the database dies during a write': (explored) =>
    during(explored, /^process\.kill/, /^postgres$/, /(assign|reserve|release) under way/),
  'a validation is answered without Redis': (explored) => validatedDuring(explored, /redis/),
  'a failover during a write': (explored) =>
    during(explored, /primary-lost/, /./, /(assign|reserve|release) under way/),
  'an event is stored twice, or would have been': (explored) => redelivered(explored),
  'the relay dies with events to publish': (explored) =>
    during(explored, /^process\.kill/, /outbox-relay/, /under way|pending|held/),
  'a message is dispatched': (explored) => ended(explored, 'DISPATCHED'),
  'a message is dead for want of a lease': (explored) => ended(explored, 'DEAD_LETTER', /^lease_/),
  'a message is held, and then ends': (explored) =>
    [...storiesOf(explored).values()].some(
      ({ states }) =>
        states.some(({ state }) => state === 'EVALUATING') &&
        (states.at(-1)?.at ?? 0) - (states.find(({ state }) => state === 'EVALUATING')?.at ?? Infinity) > 1000,
    ),
  'the orchestrator dies with a message under way': (explored) => diesOverMessage(explored),
  'the portal shows a fresh pool after a conflict': ({ operations }) =>
    operations.some(({ error, result }) => error === 'CONFLICT' && result?.['pool'] !== undefined),
  'a sender id is leased': (explored) => answered(explored, 'assign').some(({ input }) => input['kind'] === 'ALPHA'),
  'a sender id is not verified': (explored) => answered(explored, 'assign', 'ALPHA_NOT_VERIFIED').length > 0,
  'the registry cannot tell of a sender id': (explored) =>
    answered(explored, 'assign', 'ALPHA_VERIFY_UNAVAILABLE').length > 0,
  'a quota is met': ({ operations }) => operations.some(({ error = '' }) => error.endsWith('_QUOTA')),
  'a rate limit is met': ({ operations }) => operations.some(({ error }) => error === 'RATE_LIMITED'),
  'fraud-intel is told of a tenant that asks for too much': (explored) => rows(explored, 'signals').length > 0,
  'a tenant is suspended for its score': (explored) =>
    rows(explored, 'suspensions').some(({ source }) => source === 'fraud-intel'),
  'a bad file is refused': ({ operations }) =>
    operations.some(({ name, outcome }) => name === 'import' && outcome === 'fail'),
  'a file is imported': (explored) => answered(explored, 'import').length > 0,
  'a lease is refused by a term that ended': (explored) => answered(explored, 'assign', 'CONTRACT_EXPIRED').length > 0,
  'a term is refused that somebody else signed': (explored) =>
    answered(explored, 'file-term', 'SIGNATURE_INVALID').length > 0,
  'an export is made after an attempt that failed': (explored) =>
    rows(explored, 'exports').some(({ status, attempts }) => status === 'DONE' && Number(attempts) > 1),
  'an export is halted': (explored) => answered(explored, 'generate-export', 'EXPORT_HALTED').length > 0,
  'the audit trail is found broken': (explored) =>
    rows(explored, 'auditVerifications').some(({ intact }) => intact === false),
  'an altered row is put back from the backup': (explored) => answered(explored, 'restore-audit-row').length > 0,
  'the audit trail is trusted again': (explored) => answered(explored, 're-anchor').length > 0,
  'a suspended tenant loses its leases': (explored) =>
    rows(explored, 'recalls').some(({ recalled }) => Number(recalled) > 0),
};

function ended(explored: Explored, wanted: string, why = /^/): boolean {
  return [...storiesOf(explored).values()].some(({ states }) =>
    states.some(({ state, reason = '' }) => state === wanted && why.test(reason)),
  );
}

/** The orchestrator was killed after a message was taken in and before it had ended. */
function diesOverMessage(explored: Explored): boolean {
  const tables = tablesOf(explored);
  const deaths = explored.faults.filter(
    ({ planned, skipped }) =>
      skipped === undefined && planned.kind === 'process.kill' && planned.targets[0] === 'sms-orchestrator',
  );
  return [...storiesOf(explored).values()].some(({ states }) => {
    const [begun, end] = [states[0]?.at, states.at(-1)?.at];
    if (begun === undefined || end === undefined) return false;
    return deaths.some(({ injectedAt }) => runTime(tables, begun) <= injectedAt && injectedAt < runTime(tables, end));
  });
}

function overlapping(operations: readonly Operation[]): boolean {
  const reserves = operations.filter(({ name, input }) => name === 'reserve' && input['value'] !== undefined);
  return reserves.some((a) =>
    reserves.some(
      (b) =>
        a.id < b.id &&
        a.input['value'] === b.input['value'] &&
        b.invokedAt < (a.completedAt ?? Infinity) &&
        a.input['tenantId'] !== b.input['tenantId'],
    ),
  );
}

/** A reservation or lease stands of which no answer told. */
function carriedOut(explored: Explored): boolean {
  const told = new Set(explored.operations.flatMap(({ result }) => [result?.['reservationId'], result?.['leaseId']]));
  const preloaded = (id: unknown): boolean => String(id).startsWith('00000000-');
  return [...rows(explored, 'reservations'), ...rows(explored, 'leases')].some(
    ({ id }) => !told.has(id) && !preloaded(id),
  );
}

function validatedDuring({ operations, faults }: Explored, target: RegExp): boolean {
  return faults.some(
    ({ planned, injectedAt, healedAt = Infinity, seen }) =>
      seen !== undefined &&
      target.test(planned.targets.join(' ')) &&
      operations.some(
        ({ name, outcome, invokedAt }) =>
          name === 'validate' && outcome === 'ok' && invokedAt > injectedAt && invokedAt < healedAt,
      ),
  );
}

/** The relay or its broker was hit while the outbox had something. */
function redelivered({ faults, operations }: Explored): boolean {
  return faults.some(
    ({ planned, injectedAt, seen }) =>
      seen !== undefined &&
      /outbox-relay|nats/.test(planned.targets.join(' ')) &&
      operations.some(
        ({ outcome, completedAt = 0 }) =>
          outcome === 'ok' && completedAt <= injectedAt && completedAt > injectedAt - 1000,
      ),
  );
}
