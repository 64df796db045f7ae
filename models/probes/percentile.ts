import type { Ms, Observation, Probe } from '../../contract/index.ts';

/** Tumbling windows of 10 s with at least 20 samples each. */
const WINDOW_MS: Ms = 10_000;
const SAMPLES_MIN = 20;

export interface PercentileOptions {
  /** `validate P95`, as reports name it. */
  readonly title: string;
  /** Between 0 and 1. */
  readonly quantile: number;
  /** The service inside which it is measured. */
  readonly service: string;
  /** The histogram without `_bucket`, of seconds: `numbering_validate_lease_seconds`. */
  readonly histogram: string;
  /** PromQL matchers without braces: `source="postgres"`. */
  readonly matchers?: string;
}

/**
 * A percentile of a histogram of seconds, in ms. A window with too few samples is no look; a look stands at its window's start.
 * A quantile leaves `1 - quantile` of the samples to chance: where the service waited for a processor for more than half of
 * that share of the window, a latency beyond the limit may be the machine's, and the look is unjudged. Waiting adds to a latency and takes nothing from it: one
 * within the limit is within it all the more.
 */
export function percentile({ title, service, quantile, histogram, matchers = '' }: PercentileOptions): {
  atMost(limitMs: Ms): Probe;
} {
  const window = `[${WINDOW_MS / 1000}s]`;
  const count = `sum(increase(${histogram}_count{${matchers}}${window}))`;
  const value = `histogram_quantile(${quantile}, sum by (le) (rate(${histogram}_bucket{${matchers}}${window})))`;
  return {
    atMost: (limitMs) => ({
      title: `${title} <= ${limitMs} ms`,
      observe: async (_evidence, running, from, to) => {
        const looks: Observation[] = [];
        for (let end = from + WINDOW_MS; end <= to; end += WINDOW_MS) {
          const samples = Math.round((await running.metrics.at(count, end)) ?? 0);
          if (samples < SAMPLES_MIN) continue;
          const seconds = await running.metrics.at(value, end);
          if (seconds === undefined || Number.isNaN(seconds)) continue;
          const ms = seconds * 1000;
          const waiting = running.waiting(end - WINDOW_MS, end, service) ?? 0;
          const busy = ms > limitMs && waiting > (1 - quantile) / 2;
          const seen = `${title} ${Number(ms.toPrecision(3))} ms of ${samples}`;
          looks.push({
            at: end - WINDOW_MS,
            holds: busy || ms <= limitMs,
            seen: busy ? `${seen}, ${Math.round(waiting * 100)} % of the time without a processor` : seen,
            ...(busy ? { unjudged: true } : {}),
          });
        }
        return looks;
      },
    }),
  };
}
