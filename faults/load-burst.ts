import type { Ms, Stage } from '../contract/index.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

export interface Burst {
  /** How it reads in a report: `20x the usual calls, a second's worth at once`. */
  readonly title: string;
  readonly everyMs: Ms;
  /** The calls that come at one instant; resolves when all have been answered. */
  readonly arrive: (stage: Stage) => Promise<void>;
  /** PromQL: above 0 when `target` was exhausted. */
  readonly exhausted: string;
}

/** Clients call more than `target` can serve at once, until it is healed. Bit when the metrics show it exhausted. */
export function loadBurst(target: string, { title, everyMs, arrive, exhausted }: Burst): PlannableFault {
  return plannable({
    kind: 'load.burst',
    target,
    title,
    inject: async (stage) => {
      const { clock, metrics } = stage.running;
      const injected = clock.now();
      const state: { healed: boolean; underWay: number; arrivals: number; failure?: unknown } = {
        healed: false,
        underWay: 0,
        arrivals: 0,
      };
      const one = async (): Promise<void> => {
        state.underWay += 1;
        state.arrivals += 1;
        try {
          await arrive(stage);
        } finally {
          state.underWay -= 1;
        }
      };
      const failed = (failure: unknown): void => {
        state.failure ??= failure;
      };
      const loop = async (): Promise<void> => {
        while (!state.healed && state.failure === undefined) {
          void one().catch(failed);
          await clock.sleep(everyMs);
        }
      };
      void loop().catch(failed);
      const carriedOut = (): void => {
        if (state.failure !== undefined)
          throw new Error(`"${title}" could not be carried out`, { cause: state.failure });
      };
      return {
        witness: async () => {
          carriedOut();
          const value = await metrics.at(exhausted, clock.now());
          if (value === undefined || value <= 0 || clock.now() <= injected) return undefined;
          return {
            seen: `${target} was exhausted (${Number(value.toPrecision(3))}) after ${state.arrivals} bursts`,
            figures: { value, arrivals: state.arrivals },
          };
        },
        healed: async () => {
          carriedOut();
          return state.healed && state.underWay === 0;
        },
        [Symbol.asyncDispose]: once(async () => {
          state.healed = true;
        }),
      };
    },
  });
}
