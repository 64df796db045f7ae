import type { Labels } from './labels.ts';
import type { Element, Vector } from './vector.ts';

interface Bucket {
  readonly upper: number;
  count: number;
}

/** histogram_quantile over classic buckets: series with a cumulative count for each `le`. */
export function histogramQuantile(q: number, vector: Vector): Element[] {
  const histograms = new Map<string, { labels: Labels; buckets: Bucket[] }>();
  for (const { labels, value } of vector) {
    const upper = upperBound(labels.get('le'));
    if (upper === undefined) continue;
    const rest = labels.without(['le', '__name__']);
    const histogram = histograms.get(rest.key);
    if (histogram === undefined) histograms.set(rest.key, { labels: rest, buckets: [{ upper, count: value }] });
    else histogram.buckets.push({ upper, count: value });
  }
  return Array.from(histograms.values(), ({ labels, buckets }) => ({ labels, value: bucketQuantile(q, buckets) }));
}

function upperBound(text: string): number | undefined {
  if (/^\+?inf$/i.test(text)) return Infinity;
  const value = Number(text);
  return text === '' || Number.isNaN(value) ? undefined : value;
}

function bucketQuantile(q: number, unsorted: readonly Bucket[]): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const buckets = cleaned(unsorted);
  const last = buckets.at(-1);
  const beforeLast = buckets.at(-2);
  if (last?.upper !== Infinity || beforeLast === undefined || last.count === 0) return Number.NaN;
  let rank = q * last.count;
  const found = buckets.slice(0, -1).findIndex(({ count }) => count >= rank);
  const bucket = buckets[found];
  if (bucket === undefined) return beforeLast.upper;
  const previous = buckets[found - 1];
  if (previous === undefined && bucket.upper <= 0) return bucket.upper;
  const start = previous?.upper ?? 0;
  let { count } = bucket;
  if (previous !== undefined) {
    count -= previous.count;
    rank -= previous.count;
  }
  return start + (bucket.upper - start) * (rank / count);
}

/** In order, one of each bound, and never falling: rounding in rates can make a bucket smaller than the one below. */
function cleaned(unsorted: readonly Bucket[]): Bucket[] {
  const buckets: Bucket[] = [];
  for (const bucket of unsorted.toSorted((a, b) => a.upper - b.upper)) {
    const last = buckets.at(-1);
    if (last?.upper === bucket.upper) last.count += bucket.count;
    else buckets.push({ ...bucket });
  }
  let most = -Infinity;
  for (const bucket of buckets) {
    most = Math.max(most, bucket.count);
    bucket.count = most;
  }
  return buckets;
}
