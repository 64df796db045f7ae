/** Which parts numbering does without now: the states of the degradation table, each by its name. */
import { Gauge, type Registry } from 'prom-client';

/** The states of numbering's degradation table; each process exports those that it notices. */
type DegradedState = 'redis' | 'pg' | 'registry' | 'nats' | 'region';

/** Exports `numbering_degraded_mode{state}`: 1 while the service does without the part. */
export class DegradedMode {
  readonly #away = new Map<DegradedState, () => boolean>();

  constructor(registry: Registry) {
    const away = this.#away;
    registry.registerMetric(
      new Gauge({
        name: 'numbering_degraded_mode',
        help: 'Parts that the service does without: 1 for each state of the degradation table that it is in',
        labelNames: ['state'],
        registers: [],
        collect() {
          for (const [state, isAway] of away) this.set({ state }, isAway() ? 1 : 0);
        },
      }),
    );
  }

  /** `isAway` is asked at each scrape. */
  follow(state: DegradedState, isAway: () => boolean): void {
    this.#away.set(state, isAway);
  }
}
