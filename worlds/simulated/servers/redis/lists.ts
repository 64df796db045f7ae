import { command, type Call, type Command } from './call.ts';
import { bulk, bulks, EMPTY_ARRAY, integer, OK } from './encoder.ts';
import { INDEX_OUT_OF_RANGE, NO_SUCH_KEY, ReplyError, SYNTAX, wrongArity } from './errors.ts';
import type { Database } from './database.ts';

/** The head is `left`. */
export type End = 'left' | 'right';

/** Adds values one after another at one end, making the list when missing, and tells of it. Returns the length. */
export function pushTo(
  db: Database,
  key: string,
  items: string[] | undefined,
  end: End,
  values: readonly string[],
): number {
  const list = items ?? [];
  if (end === 'right') for (const value of values) list.push(value);
  else for (const value of values) list.unshift(value);
  if (items === undefined) db.add(key, { type: 'list', items: list });
  db.touched(key);
  db.notify('l', end === 'left' ? 'lpush' : 'rpush', key);
  return list.length;
}

function push(call: Call, end: End, onlyExisting: boolean): string {
  const key = call.arg(1);
  const items = call.lookup(key, 'list')?.items;
  if (items === undefined && onlyExisting) return integer(0);
  return integer(pushTo(call.db, key, items, end, call.rest(2)));
}

function pop(call: Call, end: End): string {
  const key = call.arg(1);
  if (call.argv.length > 3) throw new ReplyError(wrongArity(call.command.name));
  const counted = call.argv.length === 3;
  const count = counted ? call.positive(2) : 1;
  const items = call.lookup(key, 'list')?.items;
  if (items === undefined) return counted ? call.reply.nilArray() : call.reply.nil();
  if (count === 0) return EMPTY_ARRAY;
  const taken = end === 'left' ? items.splice(0, count) : items.splice(Math.max(0, items.length - count)).toReversed();
  call.shrunk(key, 'l', end === 'left' ? 'lpop' : 'rpop', items.length);
  return counted ? bulks(taken) : bulk(taken[0] ?? '');
}

/** Start and end (exclusive) of a range given by two indexes that may count from the end. */
export function span(length: number, first: number, last: number): [from: number, to: number] {
  const from = Math.max(0, first < 0 ? length + first : first);
  const to = Math.min(length - 1, last < 0 ? length + last : last);
  return from > to ? [0, 0] : [from, to + 1];
}

function lrange(call: Call): string {
  const [first, last] = [call.integer(2), call.integer(3)];
  const items = call.read(call.arg(1), 'list')?.items ?? [];
  return bulks(items.slice(...span(items.length, first, last)));
}

function lindex(call: Call): string {
  const items = call.read(call.arg(1), 'list')?.items;
  if (items === undefined) return call.reply.nil();
  const item = items.at(call.integer(2));
  return item === undefined ? call.reply.nil() : bulk(item);
}

function lset(call: Call): string {
  const key = call.arg(1);
  const items = call.lookup(key, 'list')?.items;
  if (items === undefined) throw new ReplyError(NO_SUCH_KEY);
  const index = call.integer(2);
  const at = index < 0 ? items.length + index : index;
  if (at < 0 || at >= items.length) throw new ReplyError(INDEX_OUT_OF_RANGE);
  items[at] = call.arg(3);
  call.db.touched(key);
  call.db.notify('l', 'lset', key);
  return OK;
}

function lrem(call: Call): string {
  const key = call.arg(1);
  const count = call.integer(2);
  const value = call.arg(3);
  const items = call.lookup(key, 'list')?.items;
  if (items === undefined) return integer(0);
  const limit = count === 0 ? Infinity : Math.abs(count);
  let removed = 0;
  const step = count < 0 ? -1 : 1;
  for (let at = count < 0 ? items.length - 1 : 0; at >= 0 && at < items.length && removed < limit;) {
    if (items[at] === value) {
      items.splice(at, 1);
      removed += 1;
      if (step < 0) at -= 1;
    } else at += step;
  }
  if (removed > 0) call.shrunk(key, 'l', 'lrem', items.length);
  return integer(removed);
}

function ltrim(call: Call): string {
  const key = call.arg(1);
  const [first, last] = [call.integer(2), call.integer(3)];
  const items = call.lookup(key, 'list')?.items;
  if (items === undefined) return OK;
  const [from, to] = span(items.length, first, last);
  items.splice(to);
  items.splice(0, from);
  call.shrunk(key, 'l', 'ltrim', items.length);
  return OK;
}

function linsert(call: Call): string {
  const key = call.arg(1);
  const where = call.option(2);
  if (where !== 'BEFORE' && where !== 'AFTER') throw new ReplyError(SYNTAX);
  const items = call.lookup(key, 'list')?.items;
  if (items === undefined) return integer(0);
  const at = items.indexOf(call.arg(3));
  if (at === -1) return integer(-1);
  items.splice(where === 'BEFORE' ? at : at + 1, 0, call.arg(4));
  call.db.touched(key);
  call.db.notify('l', 'linsert', key);
  return integer(items.length);
}

/** Lists, but for moves and waiting. */
export const listCommands: readonly Command[] = [
  command('lpush', -3, ['write', 'denyoom'], (call) => push(call, 'left', false)),
  command('rpush', -3, ['write', 'denyoom'], (call) => push(call, 'right', false)),
  command('lpushx', -3, ['write', 'denyoom'], (call) => push(call, 'left', true)),
  command('rpushx', -3, ['write', 'denyoom'], (call) => push(call, 'right', true)),
  command('lpop', -2, ['write'], (call) => pop(call, 'left')),
  command('rpop', -2, ['write'], (call) => pop(call, 'right')),
  command('llen', 2, [], (call) => integer(call.read(call.arg(1), 'list')?.items.length ?? 0)),
  command('lrange', 4, [], lrange),
  command('lindex', 3, [], lindex),
  command('lset', 4, ['write', 'denyoom'], lset),
  command('lrem', 4, ['write'], lrem),
  command('ltrim', 4, ['write'], ltrim),
  command('linsert', 5, ['write', 'denyoom'], linsert),
];
