import { APPLY_DELAY } from './settings.ts';

/**
 * The server's own timers stay off; their virtual twins are ordinary (transactional) settings `sim.*`, so SET, SET LOCAL,
 * RESET, rollback and ALTER ROLE ... SET all behave. The bridge renames them on the way in and reads them back.
 */
const NAMES =
  /(?<![\w.])(statement_timeout|lock_timeout|idle_in_transaction_session_timeout|recovery_min_apply_delay)\b/g;
const QUIETS = /client_min_messages/;

/** Values in ms; 0: no limit. */
export interface Timeouts {
  readonly statement: number;
  readonly lock: number;
  readonly idleInTransaction: number;
}

export const NO_TIMEOUTS: Timeouts = { statement: 0, lock: 0, idleInTransaction: 0 };

/** Reading them takes no snapshot, so it is legal anywhere but in a failed transaction. */
export const SHOW_TIMEOUTS =
  'show sim.statement_timeout;show sim.lock_timeout;show sim.idle_in_transaction_session_timeout';

/** Whether a text may change a time-out. */
export const mentionsTimeout = (text: string): boolean => text.includes('_timeout') || text.includes(APPLY_DELAY);

/** The text with the names of the virtual twins. */
export const renameTimeouts = (text: string): string => text.replaceAll(NAMES, 'sim.$1');

/** A client that turns messages down would silence the reports of lock waits. */
export const silencesWaits = (text: string): boolean => QUIETS.test(text);

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration as PostgreSQL writes it; 0 when it is none. */
export function milliseconds(text: string | null | undefined): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*$/.exec(text ?? '');
  return match === null ? 0 : Number(match[1]) * (UNITS[match[2] ?? 'ms'] ?? 1);
}

export const readTimeouts = (values: readonly (string | null)[]): Timeouts => ({
  statement: milliseconds(values[0]),
  lock: milliseconds(values[1]),
  idleInTransaction: milliseconds(values[2]),
});
