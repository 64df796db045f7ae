import { KahanSum, quantile } from './math.ts';

/** The samples of a series within a range, and the range itself; ms. At least one sample. */
export interface Window {
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** First index. */
  readonly from: number;
  /** One past the last index. */
  readonly to: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly rangeMs: number;
  /** When the query is evaluated, before any offset. */
  readonly atMs: number;
}

type RangeFunction = (window: Window, parameter: number) => number | undefined;

function at(values: readonly number[], index: number): number {
  return values[index] ?? Number.NaN;
}

function reduce(window: Window, step: (total: number, value: number) => number): number {
  let total = at(window.values, window.from);
  for (let index = window.from + 1; index < window.to; index += 1) total = step(total, at(window.values, index));
  return total;
}

/** Rises between samples, a fall of a counter being a restart from 0. */
function rawIncrease({ values, from, to }: Window, counter: boolean): number {
  let result = at(values, to - 1) - at(values, from);
  if (!counter) return result;
  let last = 0;
  for (let index = from; index < to; index += 1) {
    const value = at(values, index);
    if (value < last) result += last;
    last = value;
  }
  return result;
}

/**
 * What Prometheus calls extrapolated rate: the change between first and last sample, stretched to the range unless
 * the gap to an end of it is longer than 1.1 average intervals; then by half an interval. A counter is not stretched
 * past the time at which it would have been 0.
 */
function extrapolated(window: Window, counter: boolean, perSecond: boolean): number | undefined {
  const { times, values, from, to, startMs, endMs, rangeMs } = window;
  if (to - from < 2) return undefined;
  const result = rawIncrease(window, counter);
  let toStart = (at(times, from) - startMs) / 1000;
  const toEnd = (endMs - at(times, to - 1)) / 1000;
  const sampled = (at(times, to - 1) - at(times, from)) / 1000;
  const average = sampled / (to - from - 1);
  const first = at(values, from);
  if (counter && result > 0 && first >= 0) {
    const toZero = sampled * (first / result);
    if (toZero < toStart) toStart = toZero;
  }
  const threshold = average * 1.1;
  let interval = sampled;
  interval += toStart < threshold ? toStart : average / 2;
  interval += toEnd < threshold ? toEnd : average / 2;
  let factor = interval / sampled;
  if (perSecond) factor /= rangeMs / 1000;
  return result * factor;
}

/** Between the last two samples. */
function instant({ times, values, from, to }: Window, counter: boolean, perSecond: boolean): number | undefined {
  if (to - from < 2) return undefined;
  const [last, previous] = [at(values, to - 1), at(values, to - 2)];
  const change = counter && last < previous ? last : last - previous;
  return perSecond ? change / ((at(times, to - 1) - at(times, to - 2)) / 1000) : change;
}

/** Least squares; the intercept is the value at `originMs`. */
function regression({ times, values, from, to }: Window, originMs: number): { slope: number; intercept: number } {
  const [sumX, sumY, sumXY, sumX2] = [new KahanSum(), new KahanSum(), new KahanSum(), new KahanSum()];
  const first = at(values, from);
  let constant = true;
  for (let index = from; index < to; index += 1) {
    const x = (at(times, index) - originMs) / 1e3;
    const y = at(values, index);
    if (y !== first) constant = false;
    sumX.add(x);
    sumY.add(y);
    sumXY.add(x * y);
    sumX2.add(x * x);
  }
  if (constant)
    return Number.isFinite(first) ? { slope: 0, intercept: first } : { slope: Number.NaN, intercept: Number.NaN };
  const n = to - from;
  const covariance = sumXY.value - (sumX.value * sumY.value) / n;
  const variance = sumX2.value - (sumX.value * sumX.value) / n;
  const slope = covariance / variance;
  return { slope, intercept: sumY.value / n - (slope * sumX.value) / n };
}

function average({ values, from, to }: Window): number {
  const mean = new KahanSum();
  for (let index = from, count = 1; index < to; index += 1, count += 1) {
    const value = at(values, index);
    if (!Number.isFinite(mean.sum) && !Number.isNaN(mean.sum)) {
      if (value === mean.sum || Number.isFinite(value)) continue;
    }
    mean.add(value / count - mean.sum / count);
  }
  return Number.isFinite(mean.sum) ? mean.value : mean.sum;
}

function variance({ values, from, to }: Window): number {
  const [mean, squares] = [new KahanSum(), new KahanSum()];
  for (let index = from, count = 1; index < to; index += 1, count += 1) {
    const value = at(values, index);
    const delta = value - mean.value;
    mean.add(delta / count);
    squares.add(delta * (value - mean.value));
  }
  return squares.value / (to - from);
}

function countSteps({ values, from, to }: Window, counts: (before: number, after: number) => boolean): number {
  let count = 0;
  for (let index = from + 1; index < to; index += 1) {
    if (counts(at(values, index - 1), at(values, index))) count += 1;
  }
  return count;
}

function sum({ values, from, to }: Window): number {
  const total = new KahanSum();
  for (let index = from; index < to; index += 1) total.add(at(values, index));
  return Number.isFinite(total.sum) ? total.value : total.sum;
}

/** Functions of one series over a range; undefined where there are too few samples. */
export const RANGE_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  rate: (window) => extrapolated(window, true, true),
  increase: (window) => extrapolated(window, true, false),
  delta: (window) => extrapolated(window, false, false),
  irate: (window) => instant(window, true, true),
  idelta: (window) => instant(window, false, false),
  deriv: (window) =>
    window.to - window.from < 2 ? undefined : regression(window, at(window.times, window.from)).slope,
  predict_linear(window, seconds) {
    if (window.to - window.from < 2) return undefined;
    const { slope, intercept } = regression(window, window.atMs);
    return slope * seconds + intercept;
  },
  changes: (window) =>
    countSteps(window, (before, after) => before !== after && !(Number.isNaN(before) && Number.isNaN(after))),
  resets: (window) => countSteps(window, (before, after) => after < before),
  avg_over_time: average,
  sum_over_time: sum,
  min_over_time: (window) => reduce(window, (least, value) => (value < least || Number.isNaN(least) ? value : least)),
  max_over_time: (window) => reduce(window, (most, value) => (value > most || Number.isNaN(most) ? value : most)),
  count_over_time: ({ from, to }) => to - from,
  present_over_time: () => 1,
  last_over_time: ({ values, to }) => at(values, to - 1),
  stddev_over_time: (window) => Math.sqrt(variance(window)),
  stdvar_over_time: variance,
  quantile_over_time: ({ values, from, to }, q) => quantile(q, values.slice(from, to)),
};
