import type { AlertChange, MetricPoint, Metrics, Ms } from '../../../contract/index.ts';
import { scaledQuery } from '../scale/promql.ts';
import { AlertHistory } from './alert-history.ts';
import type { RunClock } from './clock.ts';
import { Prometheus } from './prometheus.ts';
import type { Sample } from './prometheus.ts';

/** Scrapes and rule evaluations, in the document's time: the catalogue's figure ("every 2 s or faster"). */
export const INTERVAL_MS: Ms = 2000;
/** The part of `ALERTS` that each poll reads, real time: longer than a poll may be late. */
const ALERTS_WINDOW_MS = 20_000;
/** After so many intervals a query about an instant can only be answered in one way. */
const SETTLED_INTERVALS = 3;

/** The real Prometheus of a run: metrics by PromQL, alerts by their evaluations. */
export class Monitoring implements Metrics {
  readonly #prometheus: Prometheus;
  readonly #clock: RunClock;
  readonly #history: AlertHistory;
  readonly #intervalMs: number;
  readonly #settled = new Map<string, number | undefined>();
  #timer: NodeJS.Timeout | undefined;
  #polling = false;
  #failure: Error | undefined;
  #lastPoll = performance.now();

  constructor(port: number, clock: RunClock) {
    this.#prometheus = new Prometheus(port);
    this.#clock = clock;
    this.#intervalMs = INTERVAL_MS / clock.speed;
    this.#history = new AlertHistory(this.#intervalMs, (wall) => clock.ofWall(wall));
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (this.#polling) return;
      this.#polling = true;
      void this.#poll().finally(() => {
        this.#polling = false;
      });
    }, this.#intervalMs / 2);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Since the start of the run. Throws when Prometheus has not been answering for longer than is read at once. */
  alerts(): readonly AlertChange[] {
    if (this.#failure) throw this.#failure;
    return this.#history.changes;
  }

  async at(query: string, time: Ms): Promise<number | undefined> {
    const key = `${time} ${query}`;
    if (this.#settled.has(key)) return this.#settled.get(key);
    const found = await this.#prometheus.query(this.#scaled(query), this.#clock.toWall(time));
    const value = only(found, query)?.values[0]?.[1];
    if (this.#clock.now() - time > SETTLED_INTERVALS * INTERVAL_MS) this.#settled.set(key, value);
    return value;
  }

  async range(query: string, from: Ms, to: Ms): Promise<readonly MetricPoint[]> {
    const first = Math.ceil(Math.max(0, from) / INTERVAL_MS) * INTERVAL_MS;
    if (first > to) return [];
    const clock = this.#clock;
    const scaled = this.#scaled(query);
    const found = await this.#prometheus.range(scaled, clock.toWall(first), clock.toWall(to), this.#intervalMs);
    return (only(found, query)?.values ?? []).map(([wall, value]) => ({ at: clock.ofWall(wall), value }));
  }

  #scaled(query: string): string {
    return scaledQuery(query, this.#clock.speed);
  }

  async #poll(): Promise<void> {
    try {
      const rules = await this.#prometheus.rules();
      const begun = this.#clock.toWall(0);
      const now = Date.now();
      const window = Math.min(ALERTS_WINDOW_MS, now - begun);
      this.#history.add(await this.#prometheus.query(`ALERTS[${Math.ceil(window)}ms]`, now), rules);
      this.#lastPoll = performance.now();
    } catch (error) {
      if (performance.now() - this.#lastPoll > ALERTS_WINDOW_MS)
        this.#failure ??= new Error('Prometheus does not answer: what fired meanwhile is not known', { cause: error });
    }
  }
}

/** The only series of the result; several are a mistake of the query's author. */
function only(found: readonly Sample[], query: string): Sample | undefined {
  const [first, ...more] = found;
  if (more.length > 0) throw new Error(`${query}: ${more.length + 1} series, expected one: aggregate them`);
  return first;
}
