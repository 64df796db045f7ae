import type { Ms } from './time.ts';

/**
 * One operation of a client. `ok`: it happened, `result` is its answer. `fail`: it certainly did not happen (refused).
 * `info`: nobody knows (time-out, connection lost): never read as a failure.
 */
export interface Operation {
  readonly id: number;
  /** Who did it: a logical process of the load generator. */
  readonly process: string;
  /** `reserve`, `validate`, ... the model's words. */
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly invokedAt: Ms;
  /** Undefined while it is under way; such an operation counts as `info` at the end. */
  readonly completedAt?: Ms;
  readonly outcome: 'ok' | 'fail' | 'info';
  readonly result?: Readonly<Record<string, unknown>>;
  /** The protocol's code of a refusal: `RESERVATION_QUOTA`, `UNAVAILABLE`. */
  readonly error?: string;
}

/** The operation by which a history tells that wall clocks were moved, by `byMs`: time that passes for some components. */
export const STEP_CLOCKS = 'step-clocks';

/** Append-only; operations in the order of their invocation. */
export interface History {
  readonly operations: readonly Operation[];
  invoke(process: string, name: string, input: Readonly<Record<string, unknown>>): PendingOperation;
}

/** An operation under way: one call ends it, a second one throws. `error` is the protocol's code, or the client's word for silence. */
export interface PendingOperation {
  ok(result: Readonly<Record<string, unknown>>): void;
  fail(error: string, result?: Readonly<Record<string, unknown>>): void;
  /** `result`: the body of a refusal that leaves open whether it happened. */
  info(error: string, result?: Readonly<Record<string, unknown>>): void;
}
