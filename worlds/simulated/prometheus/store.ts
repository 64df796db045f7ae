import type { Sample } from './exposition.ts';
import { Labels, METRIC_NAME } from './labels.ts';
import { matchesAll, type Matcher } from './matcher.ts';
import { Series } from './series.ts';

/** Labels of a scraped target, `job` and `instance` as a rule. */
export type TargetLabels = Readonly<Record<string, string>>;

/** What is known of one target between scrapes. */
interface Target {
  readonly up: Series;
  readonly series: Map<Labels, Series>;
  /** Metrics and series of the last scrape, in its order: the next one is alike as a rule. */
  metrics: Labels[];
  active: Series[];
}

const NO_SERIES: readonly Series[] = [];

/** All series, by metric name. */
export class SeriesStore {
  readonly #byName = new Map<string, Series[]>();
  readonly #byKey = new Map<string, Series>();
  readonly #targets = new Map<string, Target>();
  /** Rises with each new series: who remembers a selection looks whether it still holds. */
  version = 0;

  /** A successful scrape. Series that were in the target's last scrape and are not in this one become stale. */
  append(samples: readonly Sample[], target: TargetLabels, atMs: number): void {
    const known = this.#target(target);
    const { metrics, active: before } = known;
    const active: Series[] = [];
    let same = before.length === samples.length;
    for (const [at, { metric, value }] of samples.entries()) {
      let series = metrics[at] === metric ? before[at] : undefined;
      if (series === undefined) {
        same = false;
        series = this.#scraped(known, metric, target);
      }
      series.append(atMs, value);
      active.push(series);
    }
    if (!same) {
      const present = new Set(active);
      for (const series of before) if (!present.has(series)) series.markStale(atMs);
      known.metrics = samples.map(({ metric }) => metric);
    }
    known.active = active;
    known.up.append(atMs, 1);
  }

  /** A scrape that failed: all series of the target become stale, and `up` is 0. */
  fail(target: TargetLabels, atMs: number): void {
    const known = this.#target(target);
    for (const series of known.active) series.markStale(atMs);
    known.active = [];
    known.metrics = [];
    known.up.append(atMs, 0);
  }

  /** The series with exactly these labels (`__name__` among them), made when missing. */
  series(labels: Labels): Series {
    let series = this.#byKey.get(labels.key);
    if (series === undefined) {
      series = new Series(labels);
      this.#byKey.set(labels.key, series);
      const sameName = this.#byName.get(labels.name);
      if (sameName === undefined) this.#byName.set(labels.name, [series]);
      else sameName.push(series);
      this.version += 1;
    }
    return series;
  }

  /** Series that match, in order of creation. */
  find(matchers: readonly Matcher[]): Series[] {
    const name = matchers.find(({ label, operator }) => label === METRIC_NAME && operator === '=');
    const candidates = name === undefined ? this.#byKey.values() : (this.#byName.get(name.value) ?? NO_SERIES);
    return [...candidates].filter(({ labels }) => matchesAll(labels, matchers));
  }

  /** Samples of the matching series, both ends included; stale markers are left out. */
  select(
    matchers: readonly Matcher[],
    fromMs: number,
    toMs: number,
  ): { readonly labels: Labels; readonly samples: readonly { readonly atMs: number; readonly value: number }[] }[] {
    return this.find(matchers).map((series) => {
      const samples: { atMs: number; value: number }[] = [];
      for (let at = series.from(fromMs); at < series.after(toMs); at += 1) {
        if (!series.isStale(at)) samples.push({ atMs: series.times[at] ?? 0, value: series.values[at] ?? 0 });
      }
      return { labels: series.labels, samples };
    });
  }

  /** Forgets samples before `atMs`; who evaluates must keep what its ranges and the look-back need. */
  trim(atMs: number): void {
    for (const series of this.#byKey.values()) series.trim(atMs);
  }

  #scraped(known: Target, metric: Labels, target: TargetLabels): Series {
    let series = known.series.get(metric);
    if (series === undefined) {
      series = this.series(withTarget(metric, target));
      known.series.set(metric, series);
    }
    return series;
  }

  #target(labels: TargetLabels): Target {
    const key = JSON.stringify(labels);
    let target = this.#targets.get(key);
    if (target === undefined) {
      const up = this.series(Labels.from({ ...labels, [METRIC_NAME]: 'up' }));
      target = { up, series: new Map(), metrics: [], active: [] };
      this.#targets.set(key, target);
    }
    return target;
  }
}

/** The target's labels win; what the metric says of itself is kept as `exported_…`, as Prometheus does. */
function withTarget(metric: Labels, target: TargetLabels): Labels {
  const pairs = metric.entries.map(([name, value]): [string, string] => [
    name in target ? `exported_${name}` : name,
    value,
  ]);
  return Labels.of([...pairs, ...Object.entries(target)]);
}
