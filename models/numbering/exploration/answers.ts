import type { CaseFailure, Explored, Operation } from '../../../contract/index.ts';
import { subjectOf } from '../invariants/tables.ts';
import { regionalTopologies } from './regional-topologies.ts';

/** Which refusals a call may meet at all, whatever else goes on. UNAVAILABLE is looked at apart. */
const REFUSALS: Readonly<Record<string, readonly string[]>> = {
  reserve: ['CONFLICT', 'QUARANTINE_ACTIVE', 'RESERVATION_QUOTA', 'RATE_LIMITED'],
  assign: [
    'CONFLICT',
    'QUARANTINE_ACTIVE',
    'RESERVATION_EXPIRED',
    'NOT_AVAILABLE',
    'LEASE_QUOTA',
    'ALPHA_NOT_VERIFIED',
    'ALPHA_VERIFY_UNAVAILABLE',
    'TENANT_SUSPENDED',
    'CONTRACT_EXPIRED',
  ],
  'release-reservation': ['RESERVATION_EXPIRED', 'CONFLICT'],
  release: ['LEASE_NOT_ACTIVE', 'CONFLICT'],
  recall: ['LEASE_NOT_ACTIVE', 'CONFLICT'],
  reinstate: ['LEASE_NOT_RECALLED', 'CONFLICT', 'TENANT_SUSPENDED'],
  validate: [],
  'look-up': [],
  browse: [],
  send: [],
  // A message that was never accepted.
  'message-state': ['NOT_FOUND'],
  'file-term': ['SIGNATURE_INVALID', 'CONFLICT'],
  'acknowledge-expiry': [],
  'generate-export': ['EXPORT_HALTED', 'CONFLICT'],
  'audit-report': [],
  // No incident is open, or the row is in no backup; its neighbours were altered too.
  'restore-audit-row': ['NOT_FOUND', 'CHAIN_BROKEN'],
  // The incident was closed meanwhile; no verification has found the trail mended.
  're-anchor': ['NOT_FOUND', 'CHAIN_BROKEN', 'SIGN_OFF_MISSING'],
};

/** Operations that may change an identifier. */
const CHANGES: readonly string[] = ['reserve', 'assign', 'release-reservation', 'release', 'recall', 'reinstate'];

const IN_TWO_REGIONS = new Set(regionalTopologies.map(({ name }) => name));

type Rule = (operation: Operation, explored: Explored) => string | undefined;

/**
 * The model's word on each answer: what a call may be told, given what was certainly true by the other answers. Where nobody
 * knows (`info`, calls under way) everything that may have been is allowed.
 */
export function answers(explored: Explored): readonly CaseFailure[] {
  return explored.operations.flatMap((operation): CaseFailure[] =>
    Object.entries(RULES).flatMap(([name, rule]) => {
      const what = rule(operation, explored);
      return what === undefined
        ? []
        : [{ check: `answers:${name}`, what: `operation ${operation.id}: ${what}`, at: operation.invokedAt }];
    }),
  );
}

const RULES: Readonly<Record<string, Rule>> = {
  'known-refusal': ({ name, input, outcome, error = '' }) => {
    const allowed = input['anothers'] === true ? ['NOT_FOUND', 'TENANT_SUSPENDED'] : REFUSALS[name];
    // A refused connection and a time-out are the network's words; those of the service are in capitals.
    if (allowed === undefined || outcome === 'ok' || error === 'UNAVAILABLE' || !/^[A-Z]+(_[A-Z]+)*$/.test(error))
      return undefined;
    // Whether the key is in conflict with anything is a rule of its own.
    if (allowed.includes(error) || error === 'IDEMPOTENCY_CONFLICT' || NETWORK.test(error)) return undefined;
    return `${name} was answered ${error}, which no state allows`;
  },
  'unavailable-without-fault': ({ name, outcome, error }, { case: { faults, slowLinks } }) => {
    if (REFUSALS[name] === undefined || faults.length + slowLinks.length > 0) return undefined;
    return outcome === 'info' || error === 'UNAVAILABLE' || error === 'ALPHA_VERIFY_UNAVAILABLE'
      ? `${name} was answered ${String(error)}, and nothing was broken`
      : undefined;
  },
  /** What a tenant was given is nobody else's to use or to end. */
  'not-anothers': ({ name, input, outcome }) =>
    input['anothers'] === true && outcome === 'ok'
      ? `${name} was done for ${String(input['tenantId'])} with ${String(input['reservationId'] ?? input['leaseId'])}, which another tenant was given`
      : undefined,
  /** A first call on an identifier that nobody else has asked for meets no holder. */
  'refused-without-reason': (operation, explored) => {
    const { operations } = explored;
    const { name, error, input, completedAt = Infinity } = operation;
    const onNumber = (name === 'reserve' || name === 'assign') && input['value'] !== undefined;
    if (!onNumber || !['CONFLICT', 'QUARANTINE_ACTIVE'].includes(error ?? '')) return undefined;
    if (ofLaggingRegion(operation, explored)) return undefined;
    const subject = subjectOf(input);
    const others = operations.some(
      (other) =>
        other !== operation && other.invokedAt < completedAt && CHANGES.includes(other.name) && mayBeOn(other, subject),
    );
    return others ? undefined : `${name} of ${subject} was answered ${String(error)}, and nobody else has asked for it`;
  },
  /** Nobody but its tenant ends a reservation before its time. */
  'reservation-kept': (operation, explored) => {
    const { operations } = explored;
    const { name, error, input, completedAt = Infinity } = operation;
    const id = input['reservationId'] as string | undefined;
    if ((name !== 'assign' && name !== 'release-reservation') || id === undefined) return undefined;
    if (input['anothers'] === true) return undefined;
    if (!['RESERVATION_EXPIRED', 'NOT_FOUND', 'CONFLICT'].includes(error ?? '')) return undefined;
    if (ofLaggingRegion(operation, explored)) return undefined;
    const made = operations.find(
      (other) => other.name === 'reserve' && other.outcome === 'ok' && other.result?.['reservationId'] === id,
    );
    if (made === undefined || made.invokedAt + Number(made.input['ttlMs']) <= completedAt) return undefined;
    if (usedByAnother(operation, operations, 'reservationId', id)) return undefined;
    return `${name} of reservation ${id} was answered ${String(error)}, ${Math.round(made.invokedAt + Number(made.input['ttlMs']) - completedAt)} ms before its end`;
  },
  /** What is over is nobody's to lease, whether a job has released it yet or not. */
  'over-is-over': ({ name, outcome, input, result, invokedAt }, { operations }) => {
    const id = input['reservationId'] as string | undefined;
    // A repeat tells again what was done in time.
    if (name !== 'assign' || id === undefined || outcome !== 'ok' || result?.['replayed'] === true) return undefined;
    const made = operations.find(
      (other) => other.name === 'reserve' && other.outcome === 'ok' && other.result?.['reservationId'] === id,
    );
    const overAt = (made?.completedAt ?? Infinity) + Number(made?.input['ttlMs']);
    return overAt < invokedAt
      ? `assign of reservation ${id} succeeded, ${Math.round(invokedAt - overAt)} ms after its end`
      : undefined;
  },
  /** Nobody ends a lease without being asked to. */
  'lease-kept': (operation, explored) => {
    const { operations } = explored;
    const { name, error, input } = operation;
    const id = input['leaseId'] as string | undefined;
    if ((name !== 'release' && name !== 'recall') || id === undefined) return undefined;
    if (input['anothers'] === true) return undefined;
    if (!['LEASE_NOT_ACTIVE', 'NOT_FOUND', 'CONFLICT'].includes(error ?? '')) return undefined;
    if (ofLaggingRegion(operation, explored)) return undefined;
    if (operations.some((other) => other.name === 'suspend')) return undefined;
    if (usedByAnother(operation, operations, 'leaseId', id)) return undefined;
    return `${name} of lease ${id} was answered ${String(error)}, and nobody else has ended it`;
  },
  /** Nobody is told of a suspension that was not asked for. */
  'suspended-by-somebody': ({ name, error, input, completedAt = Infinity }, { operations }) => {
    if (error !== 'TENANT_SUSPENDED') return undefined;
    const asked = operations.some(
      (other) =>
        other.name === 'suspend' &&
        other.invokedAt < completedAt &&
        // Whose lease an operator reinstates is not told by its request.
        (name !== 'assign' || other.input['tenantId'] === input['tenantId']),
    );
    return asked ? undefined : `${name} was answered TENANT_SUSPENDED, and nobody has suspended its tenant`;
  },
  /** A key that was sent with one payload only is in conflict with nothing. */
  'key-of-one-payload': (operation, { operations }) => {
    if (operation.error !== 'IDEMPOTENCY_CONFLICT') return undefined;
    const { input, name } = operation;
    const others = operations.filter(
      (other) =>
        other.input['tenantId'] === input['tenantId'] &&
        other.input['idempotencyKey'] === input['idempotencyKey'] &&
        payload(other) !== payload(operation),
    );
    return others.length > 0
      ? undefined
      : `${name} was answered IDEMPOTENCY_CONFLICT, and its key has one payload only`;
  },
  /** A key is its tenant's own: whoever has the same one asks for something of his own. */
  'key-of-one-tenant': (operation, { operations }) => {
    const { input, name, outcome, result } = operation;
    if (input['borrowed'] !== true || outcome !== 'ok') return undefined;
    const id = name === 'reserve' ? 'reservationId' : 'leaseId';
    const other = operations.find(
      ({ name: its, input: theirs, result: given }) =>
        its === name &&
        theirs['tenantId'] !== input['tenantId'] &&
        given?.[id] !== undefined &&
        given[id] === result?.[id],
    );
    return other === undefined
      ? undefined
      : `${String(input['tenantId'])} was given ${id} ${String(result?.[id])} of operation ${other.id}, whose key it used`;
  },
  /** What was answered with success is answered so again under its key. */
  'repeat-answered': (operation, { operations }) => {
    const { input, outcome, error, invokedAt } = operation;
    // Whoever is limited is told so before anybody looks at the key.
    if (input['repeat'] !== true || outcome !== 'fail' || error === 'RATE_LIMITED' || error === 'UNAVAILABLE')
      return undefined;
    const done = operations.find(
      (other) =>
        other.input['idempotencyKey'] === input['idempotencyKey'] &&
        other.outcome === 'ok' &&
        (other.completedAt ?? Infinity) < invokedAt &&
        payload(other) === payload(operation),
    );
    return done === undefined
      ? undefined
      : `the repeat of operation ${done.id}, which succeeded, was answered ${String(error)}`;
  },
  /** Only who was given an identifier may be told that it is valid. */
  'valid-for-holder': (operation, { operations }) => {
    const { name, input, result, completedAt = Infinity } = operation;
    if (name !== 'validate' || result?.['valid'] !== true) return undefined;
    const given = operations.some(
      (other) =>
        (other.name === 'assign' || other.name === 'reinstate') &&
        other.invokedAt < completedAt &&
        mayBeOn(other, subjectOf(input)) &&
        (other.name === 'reinstate' || other.input['tenantId'] === input['tenantId']),
    );
    return given
      ? undefined
      : `${String(input['tenantId'])} was told that ${subjectOf(input)} is valid, and never got it`;
  },
};

/** Codes of Node and gRPC for what the network did. */
const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|UND_|EHOST|ENET)/;

/** A region whose standby lags refuses all writes so, and says when to try again (THROTTLE_AFTER_MS); no other conflict ends by itself. Nothing lags where nothing is broken. */
function ofLaggingRegion({ error, result }: Operation, { case: { topology, faults, slowLinks } }: Explored): boolean {
  if (error !== 'CONFLICT' || !(Number(result?.['retryAfterMs']) > 0)) return false;
  return IN_TWO_REGIONS.has(topology) && faults.length + slowLinks.length > 0;
}

/** It may have changed this identifier. A call of which nobody knows what came of it may have been on any that it did not name itself. */
function mayBeOn({ outcome, input, result }: Operation, subject: string): boolean {
  if (outcome === 'fail') return false;
  if (outcome === 'ok') return subjectOf(result) === subject || subjectOf(input) === subject;
  return input['value'] === undefined || subjectOf(input) === subject;
}

/** Another call that may have ended it: of the same reservation or lease, and not certainly without effect before this one. */
function usedByAnother(
  operation: Operation,
  operations: readonly Operation[],
  member: 'reservationId' | 'leaseId',
  id: string,
): boolean {
  const { completedAt = Infinity } = operation;
  return operations.some(
    (other) =>
      other !== operation && other.input[member] === id && other.invokedAt < completedAt && other.outcome !== 'fail',
  );
}

function payload({ name, input }: Operation): string {
  const { via: _via, idempotencyKey: _key, repeat: _repeat, ...rest } = input;
  return JSON.stringify([name, rest]);
}
