/** Back-off between restarts of one task: at once the first time, then doubling, forgotten after the task has stayed up for a while. */

export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
  /** A task that has run for so long starts from zero again. */
  readonly resetMs: number;
}

export class Backoff {
  readonly #limits: BackoffLimits;
  #restarts = 0;
  #lastRestart = Number.NEGATIVE_INFINITY;

  constructor(limits: BackoffLimits) {
    this.#limits = limits;
  }

  /** Whether a restart may be made at `now` (milliseconds of a monotonic clock). */
  may(now: number): boolean {
    return now - this.#lastRestart >= this.#waitMs(now);
  }

  /** A restart was made. */
  made(now: number): void {
    if (now - this.#lastRestart >= this.#limits.resetMs) this.#restarts = 0;
    this.#restarts += 1;
    this.#lastRestart = now;
  }

  #waitMs(now: number): number {
    if (this.#restarts === 0 || now - this.#lastRestart >= this.#limits.resetMs) return 0;
    return Math.min(this.#limits.firstMs * 2 ** Math.min(this.#restarts - 1, 30), this.#limits.maxMs);
  }
}
