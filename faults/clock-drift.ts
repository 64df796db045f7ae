import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { components } from './targets.ts';

/**
 * The wall clock of a component gains `rate` ms a ms (0.01 = 10 ms a second); monotonic time and timers stay. Healed by
 * stopping the drift and stepping back. Bit when the clock reads off by more than it did before.
 */
export function clockDrift(target: string, rate: number): PlannableFault {
  return plannable({
    kind: 'clock.drift',
    target,
    title: `let the clock of ${target} drift by ${rate * 1000} ms a second`,
    inject: async ({ running }) => {
      const victims = components(running, target);
      const before = victims.map(({ wallClock }) => wallClock.skew());
      for (const { wallClock } of victims) await wallClock.drift(rate);
      const moved = (): readonly number[] => victims.map(({ wallClock }, i) => wallClock.skew() - (before[i] ?? 0));
      return {
        witness: async () => {
          const skews = moved();
          if (skews.some((skew) => Math.sign(skew) !== Math.sign(rate))) return undefined;
          const worst = Math.max(...skews.map(Math.abs));
          return { seen: `${victims.length} clocks up to ${worst.toFixed(1)} ms off`, figures: { skewMs: worst } };
        },
        healed: async () => moved().every((skew) => Math.abs(skew) < 0.001),
        [Symbol.asyncDispose]: once(async () => {
          for (const [i, { wallClock }] of victims.entries()) {
            await wallClock.drift(0);
            await wallClock.jump((before[i] ?? 0) - wallClock.skew());
          }
        }),
      };
    },
  });
}
