/** The refusals of numbering-service, with the codes of its document. */
import { isDatabaseAway } from '../../kit/postgres.ts';
import {
  INVALID_REQUEST,
  NOT_FOUND,
  Problem,
  UNAVAILABLE,
  type ProblemDetails,
  type ProblemKind,
} from '../../kit/problems.ts';
import type { Identifier } from './identifiers.ts';

const KINDS = {
  INVALID_REQUEST,
  NOT_FOUND,
  CONFLICT: { http: 409, grpc: 'ABORTED', title: 'The identifier is not in the state the request needs' },
  QUARANTINE_ACTIVE: { http: 409, grpc: 'FAILED_PRECONDITION', title: 'The identifier is in quarantine' },
  RESERVATION_EXPIRED: { http: 409, grpc: 'FAILED_PRECONDITION', title: 'The reservation is over' },
  LEASE_NOT_ACTIVE: { http: 409, grpc: 'FAILED_PRECONDITION', title: 'The lease is not active' },
  LEASE_NOT_RECALLED: { http: 409, grpc: 'FAILED_PRECONDITION', title: 'The lease cannot be reinstated' },
  IDEMPOTENCY_CONFLICT: {
    http: 409,
    grpc: 'ALREADY_EXISTS',
    title: 'The Idempotency-Key belongs to another request',
  },
  RESERVATION_QUOTA: { http: 429, grpc: 'RESOURCE_EXHAUSTED', title: 'Too many active reservations' },
  LEASE_QUOTA: { http: 429, grpc: 'RESOURCE_EXHAUSTED', title: 'Too many active leases' },
  TENANT_SUSPENDED: { http: 403, grpc: 'PERMISSION_DENIED', title: 'The tenant is suspended' },
  RATE_LIMITED: { http: 429, grpc: 'RESOURCE_EXHAUSTED', title: 'Too many requests' },
  ALPHA_VERIFY_UNAVAILABLE: {
    http: 422,
    grpc: 'FAILED_PRECONDITION',
    title: 'The sender id cannot be verified now',
  },
  ALPHA_NOT_VERIFIED: { http: 422, grpc: 'FAILED_PRECONDITION', title: 'The sender id is not verified' },
  CONTRACT_EXPIRED: { http: 409, grpc: 'FAILED_PRECONDITION', title: "The operator's contract is over" },
  NOT_AVAILABLE: { http: 404, grpc: 'NOT_FOUND', title: 'No inventory is available' },
  SIGNATURE_INVALID: { http: 422, grpc: 'FAILED_PRECONDITION', title: 'The signature does not fit' },
  EXPORT_HALTED: { http: 409, grpc: 'FAILED_PRECONDITION', title: 'Exports are halted' },
  CHAIN_BROKEN: { http: 409, grpc: 'FAILED_PRECONDITION', title: 'The audit chain is broken' },
  SIGN_OFF_MISSING: { http: 403, grpc: 'PERMISSION_DENIED', title: 'A sign-off is missing' },
  UNAVAILABLE,
} as const satisfies Record<string, ProblemKind>;

/** A code of the API. */
export type ProblemCode = keyof typeof KINDS;

/** A refusal. */
export function problem(code: ProblemCode, detail: string, details: ProblemDetails = {}, cause?: unknown): Problem {
  return new Problem(code, KINDS[code], detail, details, cause);
}

/** Somebody else changed the identifier first, or it is not free: 409 with the state and version as they now are. */
export function conflict(current: Identifier): Problem {
  return problem('CONFLICT', `The identifier is ${current.state} at version ${current.version}.`, {
    members: { currentState: current.state, currentVersion: current.version },
  });
}

/** Its leases are taken back, and it is given none. */
export function tenantSuspended(): Problem {
  return problem('TENANT_SUSPENDED', 'The tenant is suspended: its leases are recalled, and it is given no other.');
}

/** The identifier rests until the sweep returns it to the pool. */
export function quarantineActive(current: Identifier): Problem {
  return problem('QUARANTINE_ACTIVE', 'The identifier is in quarantine until the sweep returns it to the pool.', {
    members: {
      currentState: current.state,
      currentVersion: current.version,
      ...(current.quarantineUntil === undefined ? {} : { quarantineUntil: current.quarantineUntil.toISOString() }),
    },
  });
}

/** Milliseconds a caller is asked to wait while a store is away. */
const RETRY_AFTER_AWAY_MS = 2000;

/** Fail closed: nothing was done, or nothing is confirmed. */
export function unavailable(detail: string, cause?: unknown): Problem {
  return problem('UNAVAILABLE', detail, { retryAfterMs: RETRY_AFTER_AWAY_MS }, cause);
}

/** The database rolled a transaction back for another one: a deadlock, or a failure to serialize. */
const GAVE_WAY = new Set(['40P01', '40001']);

/** Turns "the database is away" and "it gave way to another call" into UNAVAILABLE and leaves every other error as it is. */
export function databaseProblem(error: unknown): unknown {
  return isDatabaseAway(error) || GAVE_WAY.has(String((error as { code?: unknown } | undefined)?.code))
    ? unavailable('The service cannot confirm changes now. Try again shortly.', error)
    : error;
}
