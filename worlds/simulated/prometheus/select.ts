import type { Window } from './range-functions.ts';
import type { Series } from './series.ts';
import type { SeriesStore } from './store.ts';
import type { RangeSelector, Selector } from './syntax.ts';
import type { Element } from './vector.ts';

/** A series without a sample for so long is gone. */
export const LOOKBACK_MS = 300_000;

interface Remembered {
  readonly store: SeriesStore;
  readonly version: number;
  readonly series: readonly Series[];
}

/** Which series a selector chose last: it holds as long as the store has no new ones. */
const remembered = new WeakMap<Selector['matchers'], Remembered>();

function seriesOf(selector: Selector, store: SeriesStore): readonly Series[] {
  const last = remembered.get(selector.matchers);
  if (last?.store === store && last.version === store.version) return last.series;
  const series = store.find(selector.matchers);
  remembered.set(selector.matchers, { store, version: store.version, series });
  return series;
}

/** An element and the time of its sample, ms. */
export interface TimedElement extends Element {
  readonly sampledAtMs: number;
}

/** The latest sample of each series that is no older than the look-back and not stale. */
export function instantVector(selector: Selector, store: SeriesStore, atMs: number): TimedElement[] {
  const at = atMs - selector.offsetMs;
  const vector: TimedElement[] = [];
  for (const series of seriesOf(selector, store)) {
    const index = series.after(at) - 1;
    const sampledAtMs = series.times[index];
    const value = series.values[index];
    if (sampledAtMs === undefined || value === undefined) continue;
    if (sampledAtMs < at - LOOKBACK_MS || series.isStale(index)) continue;
    vector.push({ labels: series.labels, value, sampledAtMs });
  }
  return vector;
}

/** The samples of each series within the range, both ends included; series without any are left out. */
export function windows(
  range: RangeSelector,
  store: SeriesStore,
  atMs: number,
): { readonly series: Series; readonly window: Window }[] {
  const endMs = atMs - range.selector.offsetMs;
  const startMs = endMs - range.rangeMs;
  const found: { series: Series; window: Window }[] = [];
  for (const series of seriesOf(range.selector, store)) {
    const from = series.from(startMs);
    const to = series.after(endMs);
    if (from >= to) continue;
    const samples = withoutStale(series, from, to);
    if (samples.to === samples.from) continue;
    found.push({ series, window: { ...samples, startMs, endMs, rangeMs: range.rangeMs, atMs } });
  }
  return found;
}

function withoutStale(series: Series, from: number, to: number): Pick<Window, 'times' | 'values' | 'from' | 'to'> {
  const { times, values } = series;
  let stale = 0;
  for (let at = from; at < to; at += 1) if (series.isStale(at)) stale += 1;
  if (stale === 0) return { times, values, from, to };
  const live = Array.from({ length: to - from }, (_, at) => from + at).filter((at) => !series.isStale(at));
  return {
    times: live.map((at) => times[at] ?? 0),
    values: live.map((at) => values[at] ?? 0),
    from: 0,
    to: live.length,
  };
}
