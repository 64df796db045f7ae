import type { Labels } from './labels.ts';

/** One time series: samples in order of time. */
export class Series {
  readonly labels: Labels;
  /** ms. */
  readonly times: number[] = [];
  readonly values: number[] = [];
  /** Times of stale markers: the value there is NaN, but a NaN may also be a value. */
  readonly #stale: number[] = [];

  constructor(labels: Labels) {
    this.labels = labels;
  }

  /** A sample of the same time as the last is ignored: the first of an instant holds, as in Prometheus. */
  append(atMs: number, value: number): void {
    const last = this.times[this.times.length - 1];
    if (last !== undefined && atMs <= last) {
      if (atMs < last) throw new Error(`${this.labels.toString()}: a sample of ${atMs} after one of ${last}`);
      return;
    }
    this.times.push(atMs);
    this.values.push(value);
  }

  /** From `atMs` on the series does not exist, until its next sample. */
  markStale(atMs: number): void {
    const last = this.times.at(-1);
    if (last !== undefined && atMs <= last) return;
    this.append(atMs, Number.NaN);
    this.#stale.push(atMs);
  }

  isStale(index: number): boolean {
    return Number.isNaN(this.values[index]) && this.#stale.includes(this.times[index] ?? -1);
  }

  /** Index of the first sample after `atMs`. */
  after(atMs: number): number {
    const { times } = this;
    // Evaluations look at the end almost always.
    if ((times.at(-1) ?? -1) <= atMs) return times.length;
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((times[middle] ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index of the first sample at `atMs` or later; quick when that is near the end. */
  from(atMs: number): number {
    const { times } = this;
    let step = 1;
    let high = times.length;
    while (high - step >= 0 && (times[high - step] ?? 0) >= atMs) {
      high -= step;
      step *= 2;
    }
    let low = Math.max(0, high - step);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((times[middle] ?? 0) < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Forgets samples before `atMs`. */
  trim(atMs: number): void {
    const count = this.from(atMs);
    this.times.splice(0, count);
    this.values.splice(0, count);
    while ((this.#stale[0] ?? Infinity) < atMs) this.#stale.shift();
  }
}
