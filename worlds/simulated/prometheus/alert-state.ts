import { EvaluationError } from './errors.ts';
import { Labels, METRIC_NAME } from './labels.ts';
import type { AlertRule } from './rules.ts';
import type { Template } from './template.ts';
import type { Element, Vector } from './vector.ts';

/** One change of state of one alert. */
export interface AlertChange {
  readonly alert: string;
  /** The result's and the rule's labels, `alertname` included. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The label of that name. */
  readonly severity?: string;
  readonly state: 'pending' | 'firing' | 'resolved';
  /** The evaluation's instant, ms. */
  readonly at: number;
}

/** An alert that is pending or firing. */
export interface ActiveAlert {
  readonly alert: string;
  readonly labels: Labels;
  annotations: Readonly<Record<string, string>>;
  value: number;
  state: 'pending' | 'firing';
  readonly activeAtMs: number;
  /** When its condition ceased while it kept firing. */
  keptSinceMs: number | undefined;
}

/** The alerts of one rule, from one evaluation to the next. */
export class AlertState {
  readonly #rule: AlertRule;
  readonly #active = new Map<string, ActiveAlert>();

  constructor(rule: AlertRule) {
    this.#rule = rule;
  }

  active(): readonly ActiveAlert[] {
    return [...this.#active.values()];
  }

  /** Takes over the result of an evaluation. A pending alert whose condition ceases goes without a change. */
  update(vector: Vector, atMs: number): AlertChange[] {
    if (vector.length === 0 && this.#active.size === 0) return [];
    const changes: AlertChange[] = [];
    const present = new Set<string>();
    for (const element of vector) {
      const { labels, annotations } = this.#render(element);
      if (present.has(labels.key)) {
        throw new EvaluationError('vector contains metrics with the same labelset after applying alert labels');
      }
      present.add(labels.key);
      const known = this.#active.get(labels.key);
      if (known === undefined) {
        const { alert } = this.#rule;
        const { value } = element;
        const began: ActiveAlert = {
          alert,
          labels,
          annotations,
          value,
          state: 'pending',
          activeAtMs: atMs,
          keptSinceMs: undefined,
        };
        this.#active.set(labels.key, began);
        if (this.#rule.forMs > 0) changes.push(this.#change('pending', labels, annotations, atMs));
      } else {
        known.value = element.value;
        known.annotations = annotations;
        known.keptSinceMs = undefined;
      }
    }
    for (const [key, alert] of this.#active) changes.push(...this.#advance(key, alert, present.has(key), atMs));
    return changes;
  }

  /** What the rule writes into the store. */
  series(): Vector {
    return this.active().flatMap(({ labels, state, activeAtMs }): Element[] => [
      { labels: labels.with([[METRIC_NAME, 'ALERTS'], ['alertstate', state]]), value: 1 }, // prettier-ignore
      { labels: labels.with([[METRIC_NAME, 'ALERTS_FOR_STATE']]), value: Math.floor(activeAtMs / 1000) },
    ]);
  }

  #advance(key: string, alert: ActiveAlert, present: boolean, atMs: number): AlertChange[] {
    if (!present) {
      if (alert.state === 'firing' && this.#rule.keepFiringForMs > 0) {
        alert.keptSinceMs ??= atMs;
        if (atMs - alert.keptSinceMs < this.#rule.keepFiringForMs) return [];
      }
      this.#active.delete(key);
      return alert.state === 'firing' ? [this.#change('resolved', alert.labels, alert.annotations, atMs)] : [];
    }
    if (alert.state === 'firing' || atMs - alert.activeAtMs < this.#rule.forMs) return [];
    alert.state = 'firing';
    return [this.#change('firing', alert.labels, alert.annotations, atMs)];
  }

  #render(element: Element): { labels: Labels; annotations: Record<string, string> } {
    const labels = element.labels.withoutName();
    const data = { labels: labels.toRecord(), value: element.value };
    const render = (templates: ReadonlyMap<string, Template>): [string, string][] =>
      Array.from(templates, ([name, template]) => [name, template(data)]);
    return {
      labels: labels.with([...render(this.#rule.labels), ['alertname', this.#rule.alert]]),
      annotations: Object.fromEntries(render(this.#rule.annotations)),
    };
  }

  #change(
    state: AlertChange['state'],
    labels: Labels,
    annotations: Readonly<Record<string, string>>,
    at: number,
  ): AlertChange {
    const severity = labels.get('severity');
    const change = { alert: this.#rule.alert, labels: labels.toRecord(), annotations, state, at };
    return severity === '' ? change : { ...change, severity };
  }
}
