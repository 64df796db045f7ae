import { STEP_CLOCKS } from '../contract/index.ts';
import type { Ms, Running } from '../contract/index.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { components } from './targets.ts';

/**
 * Time passes at once: wall clocks of named components are stepped by what `by` says, together; monotonic time and timers stay.
 * It does not come back when the fault is lifted: the clocks are put back when the run has been judged. Bit when the skew reads so.
 */
export function timePasses(
  title: string,
  clocks: readonly string[],
  by: (running: Running) => Promise<Ms>,
): PlannableFault {
  return plannable({
    kind: 'clock.jump',
    target: clocks.join(', '),
    title,
    inject: async ({ running, history }) => {
      const victims = clocks.flatMap((name) => components(running, name));
      const before = victims.map(({ wallClock }) => wallClock.skew());
      const byMs = await by(running);
      const step = history.invoke('time', STEP_CLOCKS, { byMs, components: clocks });
      for (const { wallClock } of victims) await wallClock.jump(byMs);
      step.ok({});
      const moved = (): boolean =>
        victims.every(({ wallClock }, i) => Math.abs(wallClock.skew() - (before[i] ?? 0) - byMs) < 1);
      return {
        witness: async () =>
          moved()
            ? {
                seen: `${victims.length} clocks are ${Math.round(byMs / 1000)} s on`,
                figures: { clocks: victims.length, byMs },
              }
            : undefined,
        healed: async () => true,
        putBack: async () => {
          for (const [i, { wallClock }] of victims.entries()) await wallClock.jump((before[i] ?? 0) - wallClock.skew());
        },
        [Symbol.asyncDispose]: async () => {},
      };
    },
  });
}
