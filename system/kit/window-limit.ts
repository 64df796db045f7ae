/** A limit of calls in a window for each key, held in this process. */

/** Windows begin with the first call after the last window's end. */
export class WindowLimit {
  readonly #windowMs: number;
  readonly #windows = new Map<string, { start: number; calls: number }>();
  #sweepAt = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Counts a call of `key`; gives the calls in its window with this one, and the milliseconds until the window ends. */
  count(key: string): { calls: number; resetMs: number } {
    const now = performance.now();
    this.#forget(now);
    let window = this.#windows.get(key);
    if (window === undefined || now - window.start >= this.#windowMs) {
      window = { start: now, calls: 0 };
      this.#windows.set(key, window);
    }
    window.calls += 1;
    return { calls: window.calls, resetMs: Math.ceil(window.start + this.#windowMs - now) };
  }

  /** Drops windows that are over, at most once a window. */
  #forget(now: number): void {
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + this.#windowMs;
    for (const [key, window] of this.#windows) if (now - window.start >= this.#windowMs) this.#windows.delete(key);
  }
}
