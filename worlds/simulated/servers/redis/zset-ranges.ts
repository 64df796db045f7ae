import { command, type Call, type Command } from './call.ts';
import { array, bulk, integer } from './encoder.ts';
import { ReplyError, SYNTAX } from './errors.ts';
import { span } from './lists.ts';
import { parseDouble } from './numbers.ts';
import type { Scored, SortedSet } from './sorted-set.ts';

type By = 'rank' | 'score' | 'lex';
type Bound = (element: Scored) => boolean;

const NOT_A_FLOAT = 'ERR min or max is not a float';
const NOT_LEX = 'ERR min or max not valid string range item';

function scoreBound(text: string, side: 'min' | 'max'): Bound {
  const exclusive = text.startsWith('(');
  const limit = parseDouble(exclusive ? text.slice(1) : text);
  if (limit === undefined) throw new ReplyError(NOT_A_FLOAT);
  if (side === 'min') return exclusive ? ({ score }) => score > limit : ({ score }) => score >= limit;
  return exclusive ? ({ score }) => score < limit : ({ score }) => score <= limit;
}

function lexBound(text: string, side: 'min' | 'max'): Bound {
  if (text === '+' || text === '-') return () => (text === '-') === (side === 'min');
  const limit = text.slice(1);
  const inclusive = text.startsWith('[');
  if (!inclusive && !text.startsWith('(')) throw new ReplyError(NOT_LEX);
  return ({ member }) => (inclusive && member === limit) || (side === 'min' ? member > limit : member < limit);
}

/** The run of elements between two bounds, which may be read from its end. */
type Run = (set: SortedSet | undefined, reverse?: boolean) => readonly Scored[];

/**
 * Walks as the original does: in at the first element that one bound lets in, out at the first that the other turns
 * away. That shows where scores differ and members are compared, which Redis calls unspecified.
 */
function bounded(call: Call, by: 'score' | 'lex', min: number, max: number): Run {
  const make = by === 'score' ? scoreBound : lexBound;
  const [low, high] = [make(call.arg(min), 'min'), make(call.arg(max), 'max')];
  return (set, reverse = false) => {
    const elements = set?.elements ?? [];
    const [first, last] = [elements[0], elements.at(-1)];
    if (first === undefined || last === undefined || !high(first) || !low(last)) return [];
    const walked = reverse ? elements.toReversed() : elements;
    const from = walked.findIndex(reverse ? high : low);
    const length = from === -1 ? 0 : walked.slice(from).findIndex((element) => !(reverse ? low : high)(element));
    return length === -1 ? walked.slice(from) : walked.slice(Math.max(0, from), from + length);
  };
}

interface RangeOptions {
  readonly by: By;
  readonly reverse: boolean;
  readonly withScores: boolean;
  readonly offset: number;
  /** Negative for no limit. */
  readonly limit: number;
}

/** `fixed`: the command's name already says by what and in which direction. */
function parseOptions(call: Call, fixed: { by: By; reverse: boolean } | undefined): RangeOptions {
  let by: By = fixed?.by ?? 'rank';
  let reverse = fixed?.reverse ?? false;
  let withScores = false;
  let [offset, limit] = [0, -1];
  let limited = false;
  for (let at = 4; at < call.argv.length; at += 1) {
    const option = call.option(at);
    if (option === 'WITHSCORES') withScores = true;
    else if (option === 'LIMIT' && at + 2 < call.argv.length) {
      [offset, limit, limited] = [call.integer(at + 1), call.integer(at + 2), true];
      at += 2;
    } else if (option === 'REV' && fixed === undefined) reverse = true;
    else if (option === 'BYSCORE' && fixed === undefined) by = 'score';
    else if (option === 'BYLEX' && fixed === undefined) by = 'lex';
    else throw new ReplyError(SYNTAX);
  }
  if (limited && limit !== -1 && by === 'rank') {
    throw new ReplyError(`${SYNTAX}, LIMIT is only supported in combination with either BYSCORE or BYLEX`);
  }
  if (withScores && by === 'lex') {
    throw new ReplyError(`${SYNTAX}, WITHSCORES not supported in combination with BYLEX`);
  }
  return { by, reverse, withScores, offset, limit };
}

function range(call: Call, fixed?: { by: By; reverse: boolean }): string {
  const { by, reverse, withScores, offset, limit } = parseOptions(call, fixed);
  const pick = by === 'rank' ? byRank(call, reverse) : byBounds(call, by, reverse, offset, limit);
  const found = pick(call.read(call.arg(1), 'zset')?.set);
  if (!withScores) return array(found.map(({ member }) => bulk(member)));
  const pairs = found.map(({ member, score }) => [bulk(member), call.reply.double(score)]);
  return array(call.reply.version === 3 ? pairs.map(array) : pairs.flat());
}

type Pick = (set: SortedSet | undefined) => readonly Scored[];

function byRank(call: Call, reverse: boolean): Pick {
  const [first, last] = [call.integer(2), call.integer(3)];
  return (set) => {
    const elements = set?.elements ?? [];
    return (reverse ? elements.toReversed() : elements).slice(...span(elements.length, first, last));
  };
}

function byBounds(call: Call, by: 'score' | 'lex', reverse: boolean, offset: number, limit: number): Pick {
  const run = reverse ? bounded(call, by, 3, 2) : bounded(call, by, 2, 3);
  return (set) => (offset < 0 ? [] : run(set, reverse).slice(offset, limit < 0 ? undefined : offset + limit));
}

function countWithin(call: Call, by: 'score' | 'lex'): string {
  const run = bounded(call, by, 2, 3);
  return integer(run(call.read(call.arg(1), 'zset')?.set).length);
}

function removeRange(call: Call, by: By): string {
  const key = call.arg(1);
  const pick = by === 'rank' ? byRank(call, false) : byBounds(call, by, false, 0, -1);
  const set = call.lookup(key, 'zset')?.set;
  if (set === undefined) return integer(0);
  const found = [...pick(set)];
  for (const { member } of found) set.delete(member);
  if (found.length > 0) call.shrunk(key, 'z', `zremrangeby${by}`, set.size);
  return integer(found.length);
}

/** Ranges of sorted sets. */
export const zsetRangeCommands: readonly Command[] = [
  command('zrange', -4, [], (call) => range(call)),
  command('zrevrange', -4, [], (call) => range(call, { by: 'rank', reverse: true })),
  command('zrangebyscore', -4, [], (call) => range(call, { by: 'score', reverse: false })),
  command('zrevrangebyscore', -4, [], (call) => range(call, { by: 'score', reverse: true })),
  command('zrangebylex', -4, [], (call) => range(call, { by: 'lex', reverse: false })),
  command('zcount', 4, [], (call) => countWithin(call, 'score')),
  command('zlexcount', 4, [], (call) => countWithin(call, 'lex')),
  command('zremrangebyscore', 4, ['write'], (call) => removeRange(call, 'score')),
  command('zremrangebyrank', 4, ['write'], (call) => removeRange(call, 'rank')),
  command('zremrangebylex', 4, ['write'], (call) => removeRange(call, 'lex')),
];
