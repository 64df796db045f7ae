import type { Ms } from '../contract/index.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { components } from './targets.ts';

/** Steps the wall clock of named components; monotonic time and timers stay. Healed by stepping it back. Bit when the skew reads so. */
export function clockJump(targets: readonly string[], by: Ms): PlannableFault {
  return plannable({
    kind: 'clock.jump',
    target: targets.join(', '),
    title: `step the clock of ${targets.join(', ')} by ${by / 1000} s`,
    inject: async ({ running }) => {
      const victims = targets.flatMap((target) => components(running, target));
      const before = victims.map(({ wallClock }) => wallClock.skew());
      for (const { wallClock } of victims) await wallClock.jump(by);
      const moved = (): readonly Ms[] => victims.map(({ wallClock }, i) => wallClock.skew() - (before[i] ?? 0));
      return {
        witness: async () =>
          moved().every((skew) => skew === by)
            ? {
                seen: `${victims.length} clocks read ${by / 1000} s off`,
                figures: { clocks: victims.length, skewMs: by },
              }
            : undefined,
        healed: async () => moved().every((skew) => skew === 0),
        [Symbol.asyncDispose]: once(async () => {
          for (const [i, { wallClock }] of victims.entries()) await wallClock.jump((before[i] ?? 0) - wallClock.skew());
        }),
      };
    },
  });
}
