import { command, type Call, type Command } from './call.ts';
import { bulk, integer } from './encoder.ts';
import { NAN_OR_INFINITY, NOT_FLOAT, NOT_INTEGER, OVERFLOW, ReplyError } from './errors.ts';
import { addLongDoubles } from './long-double.ts';
import { INT64_MAX, INT64_MIN, parseDouble, parseInt64 } from './numbers.ts';

/** `old` plus `by` in 64 bits; `message` is the error when `old` is no integer. */
export function incremented(old: string | undefined, by: bigint, message: string): bigint {
  const value = old === undefined ? 0n : parseInt64(old);
  if (value === undefined) throw new ReplyError(message);
  const sum = value + by;
  if (sum > INT64_MAX || sum < INT64_MIN) throw new ReplyError(OVERFLOW);
  return sum;
}

/** `old` plus `by` as a decimal; `message` is the error when `old` is no number. */
export function incrementedFloat(old: string | undefined, by: string, message: string): string {
  const value = old === undefined ? 0 : parseDouble(old);
  if (value === undefined) throw new ReplyError(message);
  const sum = value + (parseDouble(by) ?? Number.NaN);
  if (!Number.isFinite(sum)) throw new ReplyError(NAN_OR_INFINITY);
  return addLongDoubles(old ?? '0', by);
}

function increment(call: Call, by: bigint): string {
  const key = call.arg(1);
  const value = call.lookup(key, 'string');
  const sum = incremented(value?.text, by, NOT_INTEGER);
  put(call, key, value, sum.toString());
  call.db.notify('$', 'incrby', key);
  return integer(sum);
}

function put(call: Call, key: string, value: { text: string } | undefined, text: string): void {
  if (value === undefined) call.db.add(key, { type: 'string', text });
  else value.text = text;
  call.db.touched(key);
}

function decrementBy(call: Call): string {
  const by = call.int64(2);
  if (by === INT64_MIN) throw new ReplyError('ERR decrement would overflow');
  return increment(call, -by);
}

function incrementByFloat(call: Call): string {
  const key = call.arg(1);
  const value = call.lookup(key, 'string');
  if (value !== undefined && parseDouble(value.text) === undefined) throw new ReplyError(NOT_FLOAT);
  call.double(2);
  const text = incrementedFloat(value?.text, call.arg(2), NOT_FLOAT);
  put(call, key, value, text);
  call.db.notify('$', 'incrbyfloat', key);
  return bulk(text);
}

/** Strings as numbers. */
export const numberCommands: readonly Command[] = [
  command('incr', 2, ['write', 'denyoom'], (call) => increment(call, 1n)),
  command('decr', 2, ['write', 'denyoom'], (call) => increment(call, -1n)),
  command('incrby', 3, ['write', 'denyoom'], (call) => increment(call, call.int64(2))),
  command('decrby', 3, ['write', 'denyoom'], decrementBy),
  command('incrbyfloat', 3, ['write', 'denyoom'], incrementByFloat),
];
