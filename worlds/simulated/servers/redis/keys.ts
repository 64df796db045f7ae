import { command, type Call, type Command } from './call.ts';
import type { Database } from './database.ts';
import { bulk, bulks, integer, OK, status } from './encoder.ts';
import { NO_SUCH_KEY, ReplyError, SYNTAX } from './errors.ts';
import { globMatch } from './glob.ts';
import { SortedSet } from './sorted-set.ts';
import type { Value } from './values.ts';

function del(call: Call): string {
  let removed = 0;
  for (const key of call.rest(1)) {
    if (call.db.lookup(key) === undefined) continue;
    call.db.remove(key);
    call.db.notify('g', 'del', key);
    removed += 1;
  }
  return integer(removed);
}

function countExisting(call: Call): string {
  return integer(call.rest(1).filter((key) => call.db.read(key) !== undefined).length);
}

function keys(call: Call): string {
  const pattern = call.arg(1);
  const names = [...call.db.entries.keys()].filter((key) => globMatch(pattern, key));
  return bulks(names.filter((key) => call.db.lookup(key) !== undefined));
}

function rename(onlyNew: boolean, call: Call): string {
  const [from, to] = [call.arg(1), call.arg(2)];
  const entry = call.db.lookup(from);
  if (entry === undefined) throw new ReplyError(NO_SUCH_KEY);
  if (from === to) return onlyNew ? integer(0) : OK;
  if (call.db.lookup(to) !== undefined) {
    if (onlyNew) return integer(0);
    call.db.remove(to);
  }
  const { value, expireAt } = entry;
  call.db.remove(from);
  const renamed = call.db.add(to, value);
  if (expireAt !== undefined) call.db.setExpiry(to, renamed, expireAt);
  call.db.touched(to);
  call.db.notify('g', 'rename_from', from);
  call.db.notify('g', 'rename_to', to);
  return onlyNew ? integer(1) : OK;
}

function copyOf(value: Value): Value {
  switch (value.type) {
    case 'string':
      return { type: 'string', text: value.text };
    case 'list':
      return { type: 'list', items: [...value.items] };
    case 'set':
      return { type: 'set', members: new Set(value.members) };
    case 'hash':
      return { type: 'hash', fields: new Map(value.fields) };
    default: {
      const set = new SortedSet();
      for (const { member, score } of value.set.elements) set.set(member, score);
      return { type: 'zset', set };
    }
  }
}

function copy(call: Call): string {
  const [from, to] = [call.arg(1), call.arg(2)];
  let [target, replace]: [Database, boolean] = [call.db, false];
  for (let at = 3; at < call.argv.length; at += 1) {
    if (call.option(at) === 'REPLACE') replace = true;
    else if (call.option(at) === 'DB' && at + 1 < call.argv.length) target = call.database(call.integer((at += 1)));
    else throw new ReplyError(SYNTAX);
  }
  if (target === call.db && from === to) throw new ReplyError('ERR source and destination objects are the same');
  const entry = call.db.read(from);
  if (entry === undefined) return integer(0);
  if (target.lookup(to) !== undefined) {
    if (!replace) return integer(0);
    target.remove(to);
  }
  const copied = target.add(to, copyOf(entry.value));
  if (entry.expireAt !== undefined) target.setExpiry(to, copied, entry.expireAt);
  target.touched(to);
  target.notify('g', 'copy_to', to);
  return integer(1);
}

function randomKey(call: Call): string {
  const { db } = call;
  for (const key of db.entries.keys()) db.lookup(key); // only live keys are drawn
  const names = [...db.entries.keys()];
  const name = names[Math.floor(call.core.host.random() * names.length)];
  return name === undefined ? call.reply.nil() : bulk(name);
}

/** Commands for keys of any type, but for their expiry. */
export const keyCommands: readonly Command[] = [
  command('del', -2, ['write'], del),
  command('unlink', -2, ['write'], del),
  command('exists', -2, [], countExisting),
  command('touch', -2, [], countExisting),
  command('type', 2, [], (call) => status(call.db.read(call.arg(1))?.value.type ?? 'none')),
  command('keys', 2, [], keys),
  command('randomkey', 1, [], randomKey),
  command('rename', 3, ['write'], (call) => rename(false, call)),
  command('renamenx', 3, ['write'], (call) => rename(true, call)),
  command('copy', -3, ['write', 'denyoom'], copy),
];
