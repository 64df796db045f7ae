import type { Call } from './call.ts';
import { ReplyError } from './errors.ts';
import { parseDouble } from './numbers.ts';

/** The time-out argument of a blocking command in ms; 0 for ever. */
export function timeout(call: Call, index: number): number {
  const seconds = parseDouble(call.arg(index));
  if (seconds === undefined || !Number.isFinite(seconds) || seconds * 1000 > Number.MAX_SAFE_INTEGER) {
    throw new ReplyError('ERR timeout is not a float or out of range');
  }
  if (seconds < 0) throw new ReplyError('ERR timeout is negative');
  return Math.ceil(seconds * 1000);
}

/**
 * Serves at once from the first key that `serve` can take from; otherwise the client waits, except in a transaction,
 * where it gets what it would get when the time is up.
 */
export function takeOrWait(
  call: Call,
  keys: readonly string[],
  timeoutMs: number,
  serve: (key: string) => string | undefined,
  timedOut: string,
  strict: (key: string) => void,
): string | undefined {
  for (const key of keys) {
    strict(key);
    const reply = serve(key);
    if (reply !== undefined) return reply;
  }
  if (call.inTransaction) return timedOut;
  call.core.blocking.block(call.client, { database: call.db, keys, serve, timedOut, timer: undefined }, timeoutMs);
  return undefined;
}
