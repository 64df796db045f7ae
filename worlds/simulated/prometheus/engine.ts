import { AlertState, type AlertChange } from './alert-state.ts';
import { EvaluationError } from './errors.ts';
import { Labels, METRIC_NAME } from './labels.ts';
import { evaluate } from './promql.ts';
import type { AlertRule, RecordingRule, RuleFile, RuleGroup } from './rules.ts';
import type { Series } from './series.ts';
import type { SeriesStore } from './store.ts';
import type { Vector } from './vector.ts';

export type { AlertChange } from './alert-state.ts';

/** A rule with what it wrote last. */
type Running =
  | { readonly rule: RecordingRule; written: Set<Series> }
  | { readonly rule: AlertRule; readonly state: AlertState; written: Set<Series> };

interface RunningGroup {
  readonly group: RuleGroup;
  readonly rules: readonly Running[];
  lastMs: number;
}

/** Evaluates rules against a store, and writes what recording rules and the `ALERTS` series say into it. */
export class RuleEngine {
  readonly #store: SeriesStore;
  readonly #groups: readonly RunningGroup[];

  constructor(ruleFiles: readonly RuleFile[], store: SeriesStore) {
    this.#store = store;
    this.#groups = ruleFiles.flatMap(({ groups }) =>
      groups.map((group) => ({
        group,
        lastMs: -Infinity,
        rules: group.rules.map((rule): Running =>
          rule.kind === 'alert'
            ? { rule, state: new AlertState(rule), written: new Set() }
            : { rule, written: new Set() },
        ),
      })),
    );
  }

  /**
   * Evaluates all groups whose interval has passed, at an instant in ms that must not be before the last one. Returns
   * the alerts whose state changed. Throws EvaluationError, with the rule's name, for a rule that cannot be evaluated.
   */
  evaluate(atMs: number): readonly AlertChange[] {
    const changes: AlertChange[] = [];
    for (const running of this.#groups) {
      if (atMs - running.lastMs < (running.group.intervalMs ?? 0)) continue;
      running.lastMs = atMs;
      for (const rule of running.rules) changes.push(...this.#run(rule, atMs));
    }
    return changes;
  }

  /** Alerts that are pending or firing, in the order of their rules. */
  active(): ReturnType<AlertState['active']> {
    return this.#groups.flatMap(({ rules }) =>
      rules.flatMap((running) => ('state' in running ? running.state.active() : [])),
    );
  }

  #run(running: Running, atMs: number): readonly AlertChange[] {
    const { rule } = running;
    const name = rule.kind === 'alert' ? rule.alert : rule.record;
    try {
      const result = evaluate(rule.query, this.#store, atMs);
      const vector = result.type === 'vector' ? result.samples : [{ labels: Labels.none, value: result.value }];
      if (!('state' in running)) {
        this.#write(running, recorded(running.rule, vector), atMs);
        return [];
      }
      const changes = running.state.update(vector, atMs);
      this.#write(running, running.state.series(), atMs);
      return changes;
    } catch (cause) {
      if (cause instanceof EvaluationError) throw new EvaluationError(`rule ${name}: ${cause.message}`, { cause });
      throw cause;
    }
  }

  /** Appends the samples; series that the rule wrote the last time and does not write now become stale. */
  #write(running: Running, vector: Vector, atMs: number): void {
    if (vector.length === 0 && running.written.size === 0) return;
    const written = new Set<Series>();
    for (const { labels, value } of vector) {
      const series = this.#store.series(labels);
      series.append(atMs, value);
      written.add(series);
    }
    for (const series of running.written) if (!written.has(series)) series.markStale(atMs);
    running.written = written;
  }
}

function recorded({ record, labels: extra }: RecordingRule, vector: Vector): Vector {
  const results = vector.map(({ labels, value }) => ({
    labels: labels.with([...extra, [METRIC_NAME, record]]),
    value,
  }));
  if (new Set(results.map(({ labels }) => labels.key)).size < results.length) {
    throw new EvaluationError('vector contains metrics with the same labelset after applying rule labels');
  }
  return results;
}
