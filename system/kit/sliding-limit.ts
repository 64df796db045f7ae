/** A limit of calls for each key in any stretch of time of a given length, held in this process. */

/** What became of a call: taken, to be given back if it is not made after all; or refused, and when to come again. */
export type Taken = { readonly taken: true; giveBack(): void } | { readonly taken: false; readonly waitMs: number };

/** Remembers the instants of the calls let through, of which there are never more than `limit` in `windowMs`. Refused ones do not count. */
export class SlidingLimit {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #calls = new Map<string, number[]>();
  #sweepAt = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Takes a call of `key`. */
  take(key: string): Taken {
    const now = performance.now();
    this.#forget(now);
    const calls = (this.#calls.get(key) ?? []).filter((at) => at > now - this.#windowMs);
    this.#calls.set(key, calls);
    const [oldest] = calls;
    if (oldest !== undefined && calls.length >= this.#limit)
      return { taken: false, waitMs: Math.ceil(oldest + this.#windowMs - now) };
    calls.push(now);
    return { taken: true, giveBack: () => this.#giveBack(key, now) };
  }

  #giveBack(key: string, at: number): void {
    const calls = this.#calls.get(key);
    const index = calls?.indexOf(at) ?? -1;
    if (index !== -1) calls?.splice(index, 1);
  }

  /** Drops keys without a call in the window, at most once a window. */
  #forget(now: number): void {
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + this.#windowMs;
    for (const [key, calls] of this.#calls) if ((calls.at(-1) ?? 0) <= now - this.#windowMs) this.#calls.delete(key);
  }
}
