/** Errors that a caller is meant to see, the same over HTTP (RFC 9457) and gRPC. */
import type { status } from '@grpc/grpc-js';

/** What a code means on the two protocols. */
export interface ProblemKind {
  readonly http: number;
  /** Name of the gRPC status. */
  readonly grpc: keyof typeof status;
  readonly title: string;
}

export interface ProblemDetails {
  /** Milliseconds after which a retry makes sense. */
  readonly retryAfterMs?: number;
  /** Further members, as the API documents them. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** An error with a code of the API. Anything else that is thrown is answered as INTERNAL without its text. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: string;
  readonly kind: ProblemKind;
  readonly retryAfterMs: number | undefined;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, kind: ProblemKind, detail: string, details: ProblemDetails = {}, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
    this.kind = kind;
    this.retryAfterMs = details.retryAfterMs;
    this.members = details.members ?? {};
  }
}

/** Kinds that every process has. */
export const INVALID_REQUEST: ProblemKind = { http: 400, grpc: 'INVALID_ARGUMENT', title: 'Invalid request' };
export const NOT_FOUND: ProblemKind = { http: 404, grpc: 'NOT_FOUND', title: 'Not found' };
export const UNAVAILABLE: ProblemKind = { http: 503, grpc: 'UNAVAILABLE', title: 'Unavailable' };
const INTERNAL: ProblemKind = { http: 500, grpc: 'INTERNAL', title: 'Internal error' };

/** A bug or an unforeseen condition. Its text is for the log only. */
export function internalProblem(cause: unknown): Problem {
  return new Problem('INTERNAL', INTERNAL, 'An unexpected condition; the request id finds it in the log.', {}, cause);
}

/** What is answered where errors are not mapped: their own text. */
export function leakedProblem(cause: unknown): Problem {
  return new Problem('INTERNAL', INTERNAL, cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
}
