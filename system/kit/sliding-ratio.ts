/** A ratio of hits over a sliding window. */

const BUCKETS = 10;

/** Counts hits and misses of the last `windowMs`, in tenths of the window, by the monotonic clock. */
export class SlidingRatio {
  readonly #bucketMs: number;
  #buckets: { index: number; hits: number; total: number }[] = [];

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / BUCKETS;
  }

  record(hit: boolean): void {
    const index = this.#now();
    let last = this.#buckets.at(-1);
    if (last?.index !== index) {
      last = { index, hits: 0, total: 0 };
      this.#buckets.push(last);
      if (this.#buckets.length > BUCKETS) this.#buckets.shift();
    }
    last.total += 1;
    if (hit) last.hits += 1;
  }

  /** From 0 to 1; undefined without traffic in the window. */
  value(): number | undefined {
    const oldest = this.#now() - BUCKETS + 1;
    this.#buckets = this.#buckets.filter((bucket) => bucket.index >= oldest);
    const total = this.#buckets.reduce((sum, bucket) => sum + bucket.total, 0);
    if (total === 0) return undefined;
    return this.#buckets.reduce((sum, bucket) => sum + bucket.hits, 0) / total;
  }

  #now(): number {
    return Math.floor(performance.now() / this.#bucketMs);
  }
}
