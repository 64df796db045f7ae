import type { Call } from './model.ts';

/**
 * Calls and returns in the order of time, as a linked list from which a call that takes effect is lifted and into which it is
 * put back (Wing & Gong 1993). Calls are numbered: definite ones by their beginning, then those without a return. Entry 0 is
 * the head and the end; the entry of a call holds its number, that of a return the number's complement, which is negative.
 */
export class Entries {
  readonly call: Int32Array;
  readonly next: Int32Array;
  readonly #previous: Int32Array;
  readonly #begins: Int32Array;
  /** 0: it has no return. */
  readonly #returns: Int32Array;

  constructor(calls: readonly Call<unknown, unknown>[]) {
    const moments = calls.flatMap(({ from, to }, call) =>
      to === Infinity
        ? [{ at: from, call }]
        : [
            { at: from, call },
            { at: to, call: ~call },
          ],
    );
    // What happens at one instant may have been in any order: a call comes before a return.
    moments.sort((a, b) => a.at - b.at || Number(a.call < 0) - Number(b.call < 0));
    const size = moments.length + 1;
    this.call = new Int32Array(size);
    this.next = new Int32Array(size);
    this.#previous = new Int32Array(size);
    this.#begins = new Int32Array(calls.length);
    this.#returns = new Int32Array(calls.length);
    this.next[0] = size > 1 ? 1 : 0;
    this.#previous[0] = size - 1;
    for (const [i, { call }] of moments.entries()) {
      const entry = i + 1;
      this.call[entry] = call;
      this.next[entry] = entry + 1 < size ? entry + 1 : 0;
      this.#previous[entry] = entry - 1;
      if (call < 0) this.#returns[~call] = entry;
      else this.#begins[call] = entry;
    }
  }

  /** The entry at which a call begins. */
  begin(call: number): number {
    return this.#begins[call] as number;
  }

  lift(call: number): void {
    const { next } = this;
    const previous = this.#previous;
    const begins = this.#begins[call] as number;
    next[previous[begins] as number] = next[begins] as number;
    previous[next[begins] as number] = previous[begins] as number;
    const returns = this.#returns[call] as number;
    if (returns === 0) return;
    next[previous[returns] as number] = next[returns] as number;
    previous[next[returns] as number] = previous[returns] as number;
  }

  /** Puts back the call that was lifted last. */
  putBack(call: number): void {
    const { next } = this;
    const previous = this.#previous;
    const returns = this.#returns[call] as number;
    if (returns !== 0) {
      next[previous[returns] as number] = returns;
      previous[next[returns] as number] = returns;
    }
    const begins = this.#begins[call] as number;
    next[previous[begins] as number] = begins;
    previous[next[begins] as number] = begins;
  }
}
