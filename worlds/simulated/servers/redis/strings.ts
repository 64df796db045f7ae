import { command, type Call, type Command } from './call.ts';
import { array, bulk, integer, OK } from './encoder.ts';
import { PROPOSED_TOO_LONG, ReplyError, SYNTAX, wrongArity } from './errors.ts';
import { expireTime, type TimeUnit } from './expire-time.ts';

interface SetOptions {
  readonly only?: 'NX' | 'XX';
  readonly get: boolean;
  readonly keep: boolean;
  readonly expireAt?: number;
}

const UNITS: Readonly<Record<string, TimeUnit>> = {
  EX: { seconds: true, absolute: false },
  PX: { seconds: false, absolute: false },
  EXAT: { seconds: true, absolute: true },
  PXAT: { seconds: false, absolute: true },
};

function parseSetOptions(call: Call): SetOptions {
  let [only, get, keep]: ['NX' | 'XX' | undefined, boolean, boolean] = [undefined, false, false];
  let expiry: { unit: TimeUnit; at: number } | undefined;
  for (let at = 3; at < call.argv.length; at += 1) {
    const option = call.option(at);
    const unit = UNITS[option];
    if ((option === 'NX' && only !== 'XX') || (option === 'XX' && only !== 'NX')) only = option;
    else if (option === 'GET') get = true;
    else if (option === 'KEEPTTL' && expiry === undefined) keep = true;
    else if (unit !== undefined && (expiry?.unit ?? unit) === unit && !keep && at + 1 < call.argv.length) {
      at += 1;
      expiry = { unit, at };
    } else throw new ReplyError(SYNTAX);
  }
  return {
    get,
    keep,
    ...(only === undefined ? {} : { only }),
    ...(expiry === undefined ? {} : { expireAt: expireTime(call, expiry.at, expiry.unit, 'set') }),
  };
}

function set(call: Call): string {
  const key = call.arg(1);
  const options = parseSetOptions(call);
  const old = options.get ? getReply(call, key) : undefined;
  const exists = call.db.lookup(key) !== undefined;
  if ((options.only === 'NX' && exists) || (options.only === 'XX' && !exists)) return old ?? call.reply.nil();
  store(call, key, call.arg(2), options.keep);
  if (options.expireAt !== undefined) setExpiry(call, key, options.expireAt);
  return old ?? OK;
}

function store(call: Call, key: string, text: string, keepExpiry = false): void {
  call.db.replace(key, { type: 'string', text }, keepExpiry);
  call.db.notify('$', 'set', key);
}

function setExpiry(call: Call, key: string, at: number): void {
  const entry = call.db.entries.get(key);
  if (entry !== undefined) call.db.setExpiry(key, entry, at);
  call.db.notify('g', 'expire', key);
}

function setWithExpiry(name: string, seconds: boolean, call: Call): string {
  const at = expireTime(call, 2, { seconds, absolute: false }, name);
  store(call, call.arg(1), call.arg(3));
  setExpiry(call, call.arg(1), at);
  return OK;
}

function getReply(call: Call, key: string): string {
  const value = call.read(key, 'string');
  return value === undefined ? call.reply.nil() : bulk(value.text);
}

function getSet(call: Call): string {
  const old = getReply(call, call.arg(1));
  store(call, call.arg(1), call.arg(2));
  return old;
}

function getDel(call: Call): string {
  const key = call.arg(1);
  const old = getReply(call, key);
  if (call.db.remove(key)) call.db.notify('g', 'del', key);
  return old;
}

function getEx(call: Call): string {
  const key = call.arg(1);
  const option = call.option(2);
  const unit = UNITS[option];
  const fits = call.argv.length === 2 || (option === 'PERSIST' ? call.argv.length === 3 : call.argv.length === 4);
  if (!fits || (call.argv.length > 2 && option !== 'PERSIST' && unit === undefined)) throw new ReplyError(SYNTAX);
  const value = call.read(key, 'string');
  const entry = call.db.entries.get(key);
  if (value === undefined || entry === undefined) return call.reply.nil();
  if (unit !== undefined) {
    const at = expireTime(call, 3, unit, 'getex');
    if (unit.absolute && at <= call.core.now()) {
      call.db.remove(key);
      call.db.notify('g', 'del', key);
    } else {
      setExpiry(call, key, at);
      call.db.touched(key);
    }
  } else if (option === 'PERSIST' && entry.expireAt !== undefined) {
    call.db.setExpiry(key, entry, undefined);
    call.db.touched(key);
    call.db.notify('g', 'persist', key);
  }
  return bulk(value.text);
}

function mget(call: Call): string {
  const values = call.rest(1).map((key) => {
    const value = call.db.read(key)?.value;
    return value?.type === 'string' ? bulk(value.text) : call.reply.nil();
  });
  return array(values);
}

function mset(onlyNew: boolean, call: Call): string {
  if (call.argv.length % 2 === 0) throw new ReplyError(wrongArity(call.command.name));
  const pairs = call.pairs(1);
  if (onlyNew && pairs.some(([key]) => call.db.lookup(key) !== undefined)) return integer(0);
  for (const [key, value] of pairs) store(call, key, value);
  return onlyNew ? integer(1) : OK;
}

function append(call: Call): string {
  const key = call.arg(1);
  const value = call.lookup(key, 'string');
  const text = (value?.text ?? '') + call.arg(2);
  if (value === undefined) call.db.add(key, { type: 'string', text });
  else value.text = text;
  call.db.touched(key);
  call.db.notify('$', 'append', key);
  return integer(text.length);
}

const LONGEST = 512 * 1024 * 1024;

function setRange(call: Call): string {
  const key = call.arg(1);
  const offset = call.integer(2);
  const patch = call.arg(3);
  if (offset < 0) throw new ReplyError('ERR offset is out of range');
  const value = call.lookup(key, 'string');
  if (patch === '') return integer(value?.text.length ?? 0);
  if (offset + patch.length > LONGEST) throw new ReplyError(PROPOSED_TOO_LONG);
  const old = (value?.text ?? '').padEnd(offset, '\0');
  const text = old.slice(0, offset) + patch + old.slice(offset + patch.length);
  if (value === undefined) call.db.add(key, { type: 'string', text });
  else value.text = text;
  call.db.touched(key);
  call.db.notify('$', 'setrange', key);
  return integer(text.length);
}

function getRange(call: Call): string {
  const [first, last] = [call.integer(2), call.integer(3)];
  const text = call.read(call.arg(1), 'string')?.text ?? '';
  if (first < 0 && last < 0 && first > last) return bulk('');
  const from = Math.max(0, first < 0 ? text.length + first : first);
  const to = Math.max(0, last < 0 ? text.length + last : last);
  return bulk(text.slice(from, to + 1));
}

function setNx(call: Call): string {
  const exists = call.db.lookup(call.arg(1)) !== undefined;
  if (!exists) store(call, call.arg(1), call.arg(2));
  return integer(exists ? 0 : 1);
}

/** Strings as such; strings as numbers are in strings-numbers.ts. */
export const stringCommands: readonly Command[] = [
  command('get', 2, [], (call) => getReply(call, call.arg(1))),
  command('set', -3, ['write', 'denyoom'], set),
  command('setex', 4, ['write', 'denyoom'], (call) => setWithExpiry('setex', true, call)),
  command('psetex', 4, ['write', 'denyoom'], (call) => setWithExpiry('psetex', false, call)),
  command('setnx', 3, ['write', 'denyoom'], setNx),
  command('getset', 3, ['write', 'denyoom'], getSet),
  command('getdel', 2, ['write'], getDel),
  command('getex', -2, ['write'], getEx),
  command('mget', -2, [], mget),
  command('mset', -3, ['write', 'denyoom'], (call) => mset(false, call)),
  command('msetnx', -3, ['write', 'denyoom'], (call) => mset(true, call)),
  command('append', 3, ['write', 'denyoom'], append),
  command('strlen', 2, [], (call) => integer(call.read(call.arg(1), 'string')?.text.length ?? 0)),
  command('setrange', 4, ['write', 'denyoom'], setRange),
  command('getrange', 4, [], getRange),
  command('substr', 4, [], getRange),
];
