import { command, type Call, type Command } from './call.ts';
import { array, bulk, integer } from './encoder.ts';
import { NAN_SCORE, ReplyError, SYNTAX, wrongArity } from './errors.ts';
import { SortedSet, type Scored } from './sorted-set.ts';
import { takeOrWait, timeout } from './wait.ts';

const INCOMPATIBLE = 'ERR GT, LT, and/or NX options at the same time are not compatible';
const FLAGS = ['NX', 'XX', 'GT', 'LT', 'CH', 'INCR'] as const;
type AddFlag = (typeof FLAGS)[number];

function parseFlags(call: Call): { flags: ReadonlySet<AddFlag>; from: number } {
  const flags = new Set<AddFlag>();
  let from = 2;
  for (; from < call.argv.length; from += 1) {
    const flag = FLAGS.find((known) => known === call.option(from));
    if (flag === undefined) break;
    flags.add(flag);
  }
  const elements = call.argv.length - from;
  if (elements === 0 || elements % 2 === 1) throw new ReplyError(SYNTAX);
  if (flags.has('NX') && flags.has('XX')) {
    throw new ReplyError('ERR XX and NX options at the same time are not compatible');
  }
  if ((flags.has('GT') && flags.has('LT')) || (flags.has('NX') && (flags.has('GT') || flags.has('LT')))) {
    throw new ReplyError(INCOMPATIBLE);
  }
  if (flags.has('INCR') && elements > 2)
    throw new ReplyError('ERR INCR option supports a single increment-element pair');
  return { flags, from };
}

/** What an element's score becomes, or undefined when the flags leave it alone. */
function newScore(flags: ReadonlySet<AddFlag>, old: number | undefined, given: number): number | undefined {
  if (old === undefined) return flags.has('XX') ? undefined : given;
  if (flags.has('NX')) return undefined;
  const score = flags.has('INCR') ? old + given : given;
  if (Number.isNaN(score)) throw new ReplyError(NAN_SCORE);
  if ((flags.has('GT') && score <= old) || (flags.has('LT') && score >= old)) return undefined;
  return score;
}

function add(call: Call, flags: ReadonlySet<AddFlag>, elements: readonly Scored[]): string {
  const key = call.arg(1);
  const existing = call.lookup(key, 'zset')?.set;
  const set = existing ?? new SortedSet();
  let [added, updated, last]: [number, number, number | undefined] = [0, 0, undefined];
  if (existing === undefined && !flags.has('XX')) call.db.add(key, { type: 'zset', set });
  for (const element of elements) {
    const old = set.score(element.member);
    last = newScore(flags, old, element.score);
    if (last === undefined || last === old) continue;
    set.set(element.member, last);
    if (old === undefined) added += 1;
    else updated += 1;
  }
  if (added + updated > 0) {
    call.db.touched(key);
    call.db.notify('z', flags.has('INCR') ? 'zincr' : 'zadd', key);
  }
  if (flags.has('INCR')) return last === undefined ? call.reply.nil() : call.reply.double(last);
  return integer(added + (flags.has('CH') ? updated : 0));
}

function zadd(call: Call): string {
  const { flags, from } = parseFlags(call);
  const elements: Scored[] = [];
  for (let at = from; at < call.argv.length; at += 2) {
    elements.push({ score: call.double(at), member: call.arg(at + 1) });
  }
  return add(call, flags, elements);
}

function zrem(call: Call): string {
  const key = call.arg(1);
  const set = call.lookup(key, 'zset')?.set;
  if (set === undefined) return integer(0);
  const removed = call.rest(2).filter((member) => set.delete(member)).length;
  if (removed > 0) call.shrunk(key, 'z', 'zrem', set.size);
  return integer(removed);
}

function setOf(call: Call): SortedSet | undefined {
  return call.read(call.arg(1), 'zset')?.set;
}

function scoreReply(call: Call, score: number | undefined): string {
  return score === undefined ? call.reply.nil() : call.reply.double(score);
}

function rank(call: Call, reverse: boolean): string {
  const set = setOf(call);
  const at = set?.rank(call.arg(2));
  if (set === undefined || at === undefined) return call.reply.nil();
  return integer(reverse ? set.size - 1 - at : at);
}

type Extreme = 'min' | 'max';

function take(call: Call, key: string, set: SortedSet, extreme: Extreme, count: number): Scored[] {
  const taken = extreme === 'min' ? set.elements.slice(0, count) : set.elements.slice(-count).toReversed();
  for (const { member } of taken) set.delete(member);
  call.shrunk(key, 'z', `zpop${extreme}`, set.size);
  return taken;
}

function pop(call: Call, extreme: Extreme): string {
  if (call.argv.length > 3) throw new ReplyError(SYNTAX);
  const counted = call.argv.length === 3;
  const count = counted ? call.positive(2) : 1;
  const key = call.arg(1);
  const set = call.lookup(key, 'zset')?.set;
  if (set === undefined || count === 0) return array([]);
  const pairs = take(call, key, set, extreme, count).map(({ member, score }) => [
    bulk(member),
    call.reply.double(score),
  ]);
  // In RESP3 a counted reply has a pair for each element.
  return array(counted && call.reply.version === 3 ? pairs.map(array) : pairs.flat());
}

function blockingPop(call: Call, extreme: Extreme): string | undefined {
  const last = call.argv.length - 1;
  const serve = (key: string): string | undefined => {
    const value = call.db.lookup(key)?.value;
    if (value?.type !== 'zset') return undefined;
    const [element] = take(call, key, value.set, extreme, 1);
    return element && array([bulk(key), bulk(element.member), call.reply.double(element.score)]);
  };
  const wait = timeout(call, last);
  return takeOrWait(call, call.argv.slice(1, last), wait, serve, call.reply.nilArray(), (key) => {
    call.lookup(key, 'zset');
  });
}

function zincrby(call: Call): string {
  if (call.argv.length !== 4) throw new ReplyError(wrongArity('zincrby'));
  return add(call, new Set(['INCR']), [{ score: call.double(2), member: call.arg(3) }]);
}

/** Sorted sets, but for ranges. */
export const zsetCommands: readonly Command[] = [
  command('zadd', -4, ['write', 'denyoom'], zadd),
  command('zincrby', 4, ['write', 'denyoom'], zincrby),
  command('zrem', -3, ['write'], zrem),
  command('zscore', 3, [], (call) => scoreReply(call, setOf(call)?.score(call.arg(2)))),
  command('zmscore', -3, [], (call) => {
    const set = setOf(call);
    return array(call.rest(2).map((member) => scoreReply(call, set?.score(member))));
  }),
  command('zcard', 2, [], (call) => integer(setOf(call)?.size ?? 0)),
  command('zrank', 3, [], (call) => rank(call, false)),
  command('zrevrank', 3, [], (call) => rank(call, true)),
  command('zpopmin', -2, ['write'], (call) => pop(call, 'min')),
  command('zpopmax', -2, ['write'], (call) => pop(call, 'max')),
  command('bzpopmin', -3, ['write'], (call) => blockingPop(call, 'min')),
  command('bzpopmax', -3, ['write'], (call) => blockingPop(call, 'max')),
];
