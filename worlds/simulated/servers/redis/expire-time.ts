import type { Call } from './call.ts';
import { invalidExpire, ReplyError } from './errors.ts';
import { INT64_MAX, INT64_MIN } from './numbers.ts';

/** How an argument tells a time. */
export interface TimeUnit {
  readonly seconds: boolean;
  /** Since the epoch; otherwise from now. */
  readonly absolute: boolean;
}

/** ms since the epoch of the argument at `index`; commands that set a value take no time that is not positive. */
export function expireTime(call: Call, index: number, unit: TimeUnit, name: string): number {
  const value = call.int64(index);
  if (value <= 0n) throw new ReplyError(invalidExpire(name));
  return Number(absolute(call, value, unit, name));
}

/** As `expireTime`, for EXPIRE and its kin: a time in the past is allowed. */
export function anyExpireTime(call: Call, index: number, unit: TimeUnit, name: string): number {
  return Number(absolute(call, call.int64(index), unit, name));
}

function absolute(call: Call, value: bigint, unit: TimeUnit, name: string): bigint {
  if (unit.seconds && (value > INT64_MAX / 1000n || value < INT64_MIN / 1000n))
    throw new ReplyError(invalidExpire(name));
  const milliseconds = unit.seconds ? value * 1000n : value;
  const base = unit.absolute ? 0n : BigInt(call.core.now());
  if (milliseconds > INT64_MAX - base) throw new ReplyError(invalidExpire(name));
  return milliseconds + base;
}
