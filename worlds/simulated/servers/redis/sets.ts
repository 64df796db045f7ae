import { command, type Call, type Command } from './call.ts';
import { array, bulk, bulks, EMPTY_ARRAY, integer } from './encoder.ts';
import { NOT_POSITIVE, OUT_OF_RANGE, ReplyError, SYNTAX } from './errors.ts';

function sadd(call: Call): string {
  const key = call.arg(1);
  const members = call.lookup(key, 'set')?.members ?? new Set<string>();
  const before = members.size;
  for (const member of call.rest(2)) members.add(member);
  if (before === 0) call.db.add(key, { type: 'set', members });
  const added = members.size - before;
  if (added > 0) {
    call.db.touched(key);
    call.db.notify('s', 'sadd', key);
  }
  return integer(added);
}

function srem(call: Call): string {
  const key = call.arg(1);
  const members = call.lookup(key, 'set')?.members;
  if (members === undefined) return integer(0);
  const removed = call.rest(2).filter((member) => members.delete(member)).length;
  if (removed > 0) call.shrunk(key, 's', 'srem', members.size);
  return integer(removed);
}

function smove(call: Call): string {
  const [source, target, member] = [call.arg(1), call.arg(2), call.arg(3)];
  const from = call.lookup(source, 'set')?.members;
  if (from === undefined) return integer(0);
  const to = call.lookup(target, 'set')?.members;
  if (source === target) return integer(from.has(member) ? 1 : 0);
  if (!from.delete(member)) return integer(0);
  call.shrunk(source, 's', 'srem', from.size);
  const size = to?.size ?? 0;
  if (to === undefined) call.db.add(target, { type: 'set', members: new Set([member]) });
  else to.add(member);
  if (to === undefined || to.size > size) {
    call.db.touched(target);
    call.db.notify('s', 'sadd', target);
  }
  return integer(1);
}

function membersOf(call: Call): ReadonlySet<string> | undefined {
  return call.read(call.arg(1), 'set')?.members;
}

/** `count` different members, drawn with the host's randomness. */
function draw(call: Call, members: ReadonlySet<string>, count: number): string[] {
  const pool = [...members];
  for (let at = 0; at < Math.min(count, pool.length); at += 1) {
    const other = at + Math.floor(call.core.host.random() * (pool.length - at));
    [pool[at], pool[other]] = [pool[other] ?? '', pool[at] ?? ''];
  }
  return pool.slice(0, count);
}

function spop(call: Call): string {
  if (call.argv.length > 3) throw new ReplyError(SYNTAX);
  const counted = call.argv.length === 3;
  const count = counted ? call.positive(2) : 1;
  const key = call.arg(1);
  const members = call.lookup(key, 'set')?.members;
  if (members === undefined) return counted ? call.reply.set([]) : call.reply.nil();
  if (count === 0) return call.reply.set([]);
  const taken = count >= members.size ? [...members] : draw(call, members, count);
  for (const member of taken) members.delete(member);
  call.shrunk(key, 's', 'spop', members.size);
  return counted ? call.reply.set(taken.map(bulk)) : bulk(taken[0] ?? '');
}

function srandmember(call: Call): string {
  if (call.argv.length > 3) throw new ReplyError(SYNTAX);
  if (call.argv.length === 2) {
    const members = membersOf(call);
    return members === undefined ? call.reply.nil() : bulk(draw(call, members, 1)[0] ?? '');
  }
  const count = call.integer(2);
  if (Math.abs(count) > Number.MAX_SAFE_INTEGER) throw new ReplyError(count < 0 ? OUT_OF_RANGE : NOT_POSITIVE);
  const members = membersOf(call);
  if (members === undefined || count === 0) return EMPTY_ARRAY;
  if (count > 0) return bulks(count >= members.size ? members : draw(call, members, count));
  return bulks(Array.from({ length: -count }, () => draw(call, members, 1)[0] ?? '')); // may repeat
}

type Combine = (left: ReadonlySet<string>, right: ReadonlySet<string>) => ReadonlySet<string>;

function combine(call: Call, operation: Combine): string {
  const sets: ReadonlySet<string>[] = call.rest(1).map((key) => call.read(key, 'set')?.members ?? new Set<string>());
  return call.reply.set([...sets.reduce(operation)].map(bulk));
}

function smismember(call: Call): string {
  const members = membersOf(call);
  return array(call.rest(2).map((member) => integer(members?.has(member) === true ? 1 : 0)));
}

/** Sets. */
export const setCommands: readonly Command[] = [
  command('sadd', -3, ['write', 'denyoom'], sadd),
  command('srem', -3, ['write'], srem),
  command('smove', 4, ['write'], smove),
  command('smembers', 2, [], (call) => call.reply.set([...(membersOf(call) ?? [])].map(bulk))),
  command('sismember', 3, [], (call) => integer(membersOf(call)?.has(call.arg(2)) === true ? 1 : 0)),
  command('smismember', -3, [], smismember),
  command('scard', 2, [], (call) => integer(membersOf(call)?.size ?? 0)),
  command('spop', -2, ['write'], spop),
  command('srandmember', -2, [], srandmember),
  command('sinter', -2, [], (call) => combine(call, (a, b) => new Set([...a].filter((member) => b.has(member))))),
  command('sunion', -2, [], (call) => combine(call, (a, b) => new Set([...a, ...b]))),
  command('sdiff', -2, [], (call) => combine(call, (a, b) => new Set([...a].filter((member) => !b.has(member))))),
];
