/** The order in which a batch of events is published. */

/** What is known of an event before it is published. */
export interface Ordered {
  readonly id: string;
  readonly aggregate: string;
  readonly version: number;
}

/**
 * Waves, each published at once when the one before it is confirmed: the n-th event of each aggregate is in the n-th wave,
 * so that the events of one aggregate are never under way together and arrive in the order of their versions.
 */
export function wavesByAggregate<Event extends Ordered>(events: readonly Event[]): Event[][] {
  const waves: Event[][] = [];
  const seen = new Map<string, number>();
  for (const event of events) {
    const nth = seen.get(event.aggregate) ?? 0;
    seen.set(event.aggregate, nth + 1);
    (waves[nth] ??= []).push(event);
  }
  return waves;
}

/** Workers among which a batch is divided when its order does not matter. */
const WORKERS = 4;

/** The batch cut into one piece for each worker, all worked off at the same time: fast, and in no order. */
export function wavesOfWorkers<Event extends Ordered>(events: readonly Event[]): Event[][] {
  const length = Math.ceil(events.length / WORKERS);
  return Array.from({ length }, (_, nth) =>
    Array.from({ length: WORKERS }, (_, worker) => events[worker * length + nth]).filter(
      (event) => event !== undefined,
    ),
  );
}
