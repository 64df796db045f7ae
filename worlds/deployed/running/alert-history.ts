import type { AlertChange, Ms } from '../../../contract/index.ts';
import { labelKey } from './prometheus.ts';
import type { RuleState, Sample } from './prometheus.ts';

/** One alert with one set of labels. */
interface Active {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  state: 'pending' | 'firing';
  /** Its latest change, in `changes`. */
  change: number;
  /** The last evaluation that found it, ms of the epoch. */
  seen: number;
}

/**
 * The changes of alerts, from the series `ALERTS`: each of its samples carries the time of the evaluation that wrote it.
 * An alert has been resolved when a later evaluation wrote none.
 */
export class AlertHistory {
  readonly changes: AlertChange[] = [];
  readonly #active = new Map<string, Active>();
  readonly #intervalMs: number;
  readonly #time: (wall: number) => Ms;
  #read = 0;

  /** @param intervalMs real time between evaluations; @param time the run's instant of a wall clock reading */
  constructor(intervalMs: number, time: (wall: number) => Ms) {
    this.#intervalMs = intervalMs;
    this.#time = time;
  }

  /** @param rules read before the samples were: the evaluation that it names has written all of its own */
  add(samples: readonly Sample[], rules: RuleState): void {
    const news = samples
      .flatMap(({ labels, values }) => values.map(([at]) => ({ at, labels })))
      .filter(({ at }) => at > this.#read)
      .toSorted((a, b) => a.at - b.at || order(a.labels) - order(b.labels));
    for (const { at, labels } of news) this.#sample(at, labels, rules);
    this.#annotate(rules);
    this.#read = Math.max(this.#read, ...news.map(({ at }) => at));
    const { lastEvaluation } = rules;
    if (lastEvaluation === undefined) return;
    for (const [key, active] of this.#active) {
      if (lastEvaluation - active.seen < this.#intervalMs / 2) continue;
      this.#active.delete(key);
      this.#push(active, 'resolved', active.seen + this.#intervalMs, {});
    }
  }

  /** The rules are read before the samples are: what has just begun to fire is annotated by the next reading. */
  #annotate({ annotations }: RuleState): void {
    for (const [key, { change }] of this.#active) {
      const [told, found] = [this.changes[change], annotations.get(key)];
      if (told !== undefined && found !== undefined && Object.keys(told.annotations).length === 0)
        this.changes[change] = { ...told, annotations: found };
    }
  }

  #sample(at: number, all: Readonly<Record<string, string>>, rules: RuleState): void {
    const { __name__: _, alertname: alert = '', alertstate, ...labels } = all;
    const state = alertstate === 'firing' ? 'firing' : 'pending';
    const key = labelKey({ ...labels, alertname: alert });
    const active = this.#active.get(key);
    const annotations = rules.annotations.get(key) ?? {};
    if (active === undefined) {
      const begun: Active = { alert, labels, state, seen: at, change: this.changes.length };
      this.#active.set(key, begun);
      this.#push(begun, state, at, annotations);
      return;
    }
    active.seen = at;
    if (active.state === state) return;
    active.state = state;
    active.change = this.changes.length;
    this.#push(active, state, at, annotations);
  }

  #push(
    { alert, labels }: Active,
    state: AlertChange['state'],
    wall: number,
    annotations: Readonly<Record<string, string>>,
  ): void {
    this.changes.push({ alert, state, labels, annotations, at: this.#time(wall) });
  }
}

/** In one evaluation an alert that begins to fire ends to be pending. */
function order({ alertstate }: Readonly<Record<string, string>>): number {
  return alertstate === 'firing' ? 1 : 0;
}
