import { command, type Call, type Command } from './call.ts';
import { array, bulk, bulks, integer, OK } from './encoder.ts';
import { ReplyError, wrongArity } from './errors.ts';
import { incremented, incrementedFloat } from './strings-numbers.ts';

/** The hash at `key` for writing, made when missing. */
function hashAt(call: Call, key: string): Map<string, string> {
  const value = call.lookup(key, 'hash');
  if (value !== undefined) return value.fields;
  const fields = new Map<string, string>();
  call.db.add(key, { type: 'hash', fields });
  return fields;
}

function changed(call: Call, key: string, event: string): void {
  call.db.touched(key);
  call.db.notify('h', event, key);
}

function hset(call: Call): string {
  if (call.argv.length % 2 === 1) throw new ReplyError(wrongArity(call.command.name));
  const key = call.arg(1);
  const fields = hashAt(call, key);
  const before = fields.size;
  for (const [field, value] of call.pairs(2)) fields.set(field, value);
  changed(call, key, 'hset');
  return call.command.name === 'hmset' ? OK : integer(fields.size - before);
}

function hsetnx(call: Call): string {
  const key = call.arg(1);
  if (call.lookup(key, 'hash')?.fields.has(call.arg(2)) === true) return integer(0);
  hashAt(call, key).set(call.arg(2), call.arg(3));
  changed(call, key, 'hset');
  return integer(1);
}

function hdel(call: Call): string {
  const key = call.arg(1);
  const fields = call.lookup(key, 'hash')?.fields;
  if (fields === undefined) return integer(0);
  const removed = call.rest(2).filter((field) => fields.delete(field)).length;
  if (removed > 0) call.shrunk(key, 'h', 'hdel', fields.size);
  return integer(removed);
}

function hincrby(call: Call): string {
  const key = call.arg(1);
  const by = call.int64(3);
  const old = call.lookup(key, 'hash')?.fields.get(call.arg(2));
  const sum = incremented(old, by, 'ERR hash value is not an integer');
  hashAt(call, key).set(call.arg(2), sum.toString());
  changed(call, key, 'hincrby');
  return integer(sum);
}

function hincrbyfloat(call: Call): string {
  const key = call.arg(1);
  if (!Number.isFinite(call.double(3))) throw new ReplyError('ERR value is NaN or Infinity');
  const old = call.lookup(key, 'hash')?.fields.get(call.arg(2));
  const sum = incrementedFloat(old, call.arg(3), 'ERR hash value is not a float');
  hashAt(call, key).set(call.arg(2), sum);
  changed(call, key, 'hincrbyfloat');
  return bulk(sum);
}

function optional(call: Call, value: string | undefined): string {
  return value === undefined ? call.reply.nil() : bulk(value);
}

function fieldsOf(call: Call): ReadonlyMap<string, string> | undefined {
  return call.read(call.arg(1), 'hash')?.fields;
}

function hmget(call: Call): string {
  const fields = fieldsOf(call);
  return array(call.rest(2).map((field) => optional(call, fields?.get(field))));
}

/** Hashes. */
export const hashCommands: readonly Command[] = [
  command('hset', -4, ['write', 'denyoom'], hset),
  command('hmset', -4, ['write', 'denyoom'], hset),
  command('hsetnx', 4, ['write', 'denyoom'], hsetnx),
  command('hget', 3, [], (call) => optional(call, fieldsOf(call)?.get(call.arg(2)))),
  command('hmget', -3, [], hmget),
  command('hgetall', 2, [], (call) => call.reply.map([...(fieldsOf(call) ?? [])].flat().map(bulk))),
  command('hdel', -3, ['write'], hdel),
  command('hexists', 3, [], (call) => integer(fieldsOf(call)?.has(call.arg(2)) === true ? 1 : 0)),
  command('hincrby', 4, ['write', 'denyoom'], hincrby),
  command('hincrbyfloat', 4, ['write', 'denyoom'], hincrbyfloat),
  command('hlen', 2, [], (call) => integer(fieldsOf(call)?.size ?? 0)),
  command('hstrlen', 3, [], (call) => integer(fieldsOf(call)?.get(call.arg(2))?.length ?? 0)),
  command('hkeys', 2, [], (call) => bulks(fieldsOf(call)?.keys() ?? [])),
  command('hvals', 2, [], (call) => bulks(fieldsOf(call)?.values() ?? [])),
];
