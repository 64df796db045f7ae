import type { SearchLimits } from '../../../contract/index.ts';
import { Entries } from './entries.ts';
import type { Call, Model } from './model.ts';
import { Seen } from './seen.ts';
import { IMPOSSIBLE, States } from './states.ts';
import { classText } from './class-text.ts';

/** Longest partial linearizations that are kept: those that were found first. */
const KEPT_LONGEST = 8;
/** Steps between two looks at the clock and at the memory of the states. */
const STEPS_A_LOOK = 2048;

/** The calls that took effect, in that order, as places in the list that was searched. */
export type Order = readonly number[];

/** What a search for a linearization came to. */
export type Searched =
  | { readonly verdict: 'ok'; readonly order: Order; readonly memoryBytes: number }
  | { readonly verdict: 'illegal'; readonly longest: readonly Order[]; readonly memoryBytes: number }
  | { readonly verdict: 'unknown'; readonly why: 'time' | 'memory'; readonly memoryBytes: number };

/**
 * Whether the calls have a linearization: an order that keeps that of calls which do not overlap, and in which the model
 * allows every output. Calls without an output may be left out.
 *
 * Wing & Gong's search (1993) with Lowe's memoisation (2017), and two things that keep the verdict and cut the search:
 * - an observation (`observes`) that is right now takes effect now, with no other choice tried: in any linearization it can be
 *   moved to this place, and no later state misses it;
 * - calls without an output are tried last; of those that are alike only the earliest takes effect, and none that would leave the state as it is.
 */
export function search<State, Input, Output>(
  model: Model<State, Input, Output>,
  given: readonly Call<Input, Output>[],
  limits: SearchLimits,
  clock: () => number,
): Searched {
  const { places, definite } = numbered(given);
  const calls = places.map((place) => given[place] as Call<Input, Output>);
  const { classOf, classes } = classify(calls);
  const states = new States(model, classes);
  const entries = new Entries(calls);
  const alikeBefore = earlierAlike(classOf, definite);
  const observing = calls.map(({ input, output }) => output !== undefined && model.observes?.(input, output) === true);
  const { call: callAt, next } = entries;

  const tail = (definite + 31) >>> 5;
  const bits = new Int32Array(tail + ((calls.length - definite + 31) >>> 5));
  const marks = zobrist(calls.length);
  const seen = new Seen(limits.memoryBytes);
  const deadline = clock() + limits.timeMs;

  // What has taken effect: the call, or its complement where no other choice is to be tried; and the state before it.
  const chosen = new Int32Array(calls.length);
  const before = new Int32Array(calls.length);
  let depth = 0;
  let left = definite;
  let state = 0;
  let hash = 0;
  let low = 0;
  let high = -1;
  let longest: Order[] = [];
  let most = -1;
  let steps = 0;

  const wordOf = (call: number): number => (call < definite ? call >>> 5 : tail + ((call - definite) >>> 5));
  const bitOf = (call: number): number => 1 << ((call < definite ? call : call - definite) & 31);
  const order = (): Order => Array.from(chosen.subarray(0, depth), (call) => places[call < 0 ? ~call : call] as number);
  const memoryBytes = (): number => seen.bytes + states.bytes;

  const take = (call: number, forced: boolean): void => {
    const word = wordOf(call);
    bits[word] = (bits[word] as number) | bitOf(call);
    hash ^= marks[call] as number;
    chosen[depth] = forced ? ~call : call;
    before[depth] = state;
    depth += 1;
    if (call < definite) {
      left -= 1;
      if (word > high) high = word;
    }
    entries.lift(call);
  };

  // `open`: definite calls have been tried here, now those that may not have happened: most of them did not.
  for (let entry = 0, fresh = true, isNew = true, open = false; ;) {
    if (fresh) {
      open = false;
      for (entry = next[0] as number; entry !== 0; entry = next[entry] as number) {
        const call = callAt[entry] as number;
        if (call < 0) break;
        if (observing[call] && states.step(state, classOf[call] as number) === state) take(call, true);
      }
      if (left === 0) return { verdict: 'ok', order: order(), memoryBytes: memoryBytes() };
      while (low < tail && bits[low] === -1) low += 1;
      while (high >= low && bits[high] === 0) high -= 1;
      const added = seen.add(bits, low, high, tail, state, mixed(hash, state));
      if (added === undefined) return { verdict: 'unknown', why: 'memory', memoryBytes: memoryBytes() };
      // Where it has been before there is nothing to find: as if the list had ended.
      isNew = added;
      entry = added ? (next[0] as number) : 0;
      fresh = false;
      steps += 1;
      if (steps % STEPS_A_LOOK === 0) {
        if (clock() >= deadline) return { verdict: 'unknown', why: 'time', memoryBytes: memoryBytes() };
        if (memoryBytes() > limits.memoryBytes)
          return { verdict: 'unknown', why: 'memory', memoryBytes: memoryBytes() };
      }
    }

    let found = false;
    for (;;) {
      for (; entry !== 0; entry = next[entry] as number) {
        const call = callAt[entry] as number;
        if (call < 0) break;
        if (call >= definite !== open) continue;
        if (open) {
          const alike = alikeBefore[call - definite] as number;
          if (alike >= 0 && ((bits[wordOf(alike)] as number) & bitOf(alike)) === 0) continue;
        }
        const after = states.step(state, classOf[call] as number);
        if (after === IMPOSSIBLE || (open && after === state)) continue;
        take(call, false);
        state = after;
        found = true;
        break;
      }
      if (found || open || !isNew) break;
      open = true;
      entry = next[0] as number;
    }
    if (found) {
      fresh = true;
      continue;
    }

    const done = definite - left;
    if (isNew && done > most) {
      most = done;
      longest = [];
    }
    if (isNew && done === most && longest.length < KEPT_LONGEST) longest.push(order());
    isNew = true;
    let undone: number;
    do {
      if (depth === 0) return { verdict: 'illegal', longest: distinct(longest), memoryBytes: memoryBytes() };
      depth -= 1;
      undone = chosen[depth] as number;
      const call = undone < 0 ? ~undone : undone;
      const word = wordOf(call);
      bits[word] = (bits[word] as number) & ~bitOf(call);
      hash ^= marks[call] as number;
      state = before[depth] as number;
      entries.putBack(call);
      if (call < definite) {
        left += 1;
        if (word < low) low = word;
      }
    } while (undone < 0);
    open = undone >= definite;
    entry = next[entries.begin(undone)] as number;
  }
}

/** Places of the calls in the order of their numbers: definite ones as they begin, then those that may not have happened. */
function numbered(calls: readonly Call<unknown, unknown>[]): { places: readonly number[]; definite: number } {
  const byBeginning = calls
    .map((_, place) => place)
    .toSorted((a, b) => (calls[a] as Call<unknown, unknown>).from - (calls[b] as Call<unknown, unknown>).from);
  const open = (place: number): boolean => calls[place]?.output === undefined;
  const sure = byBeginning.filter((place) => !open(place));
  return { places: [...sure, ...byBeginning.filter(open)], definite: sure.length };
}

/** Calls with equal inputs and outputs are of one class. */
function classify<Input, Output>(
  calls: readonly Call<Input, Output>[],
): { classOf: Int32Array; classes: readonly Call<Input, Output>[] } {
  const numbers = new Map<string, number>();
  const classes: Call<Input, Output>[] = [];
  const classOf = Int32Array.from(calls, (call) => {
    const key = `${classText(call.input)} ${classText(call.output)}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = classes.push(call) - 1;
      numbers.set(key, number);
    }
    return number;
  });
  return { classOf, classes };
}

/** For each open call the last one before it of its class, or -1. */
function earlierAlike(classOf: Int32Array, definite: number): Int32Array {
  const last = new Map<number, number>();
  return classOf.subarray(definite).map((callClass, i) => {
    const alike = last.get(callClass) ?? -1;
    last.set(callClass, definite + i);
    return alike;
  });
}

/** A random mark for each call, always the same ones: a set's hash is that of its members' marks, joined by exclusive or. */
function zobrist(size: number): Int32Array {
  let seed = 0x9e3779b9;
  return new Int32Array(size).map(() => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mark = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mark ^= mark + Math.imul(mark ^ (mark >>> 7), mark | 61);
    return mark ^ (mark >>> 14);
  });
}

function mixed(hash: number, state: number): number {
  const mix = Math.imul(hash ^ Math.imul(state + 1, 0x85ebca6b), 0xc2b2ae35);
  return mix ^ (mix >>> 15);
}

function distinct(orders: readonly Order[]): readonly Order[] {
  return [...new Map(orders.map((order) => [order.join(' '), order])).values()];
}
