import { STEP_CLOCKS } from '../contract/index.ts';
import type { Ms, Running, Stage } from '../contract/index.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { unfolding } from './unfolding.ts';
import { components } from './targets.ts';

/** Something that ends at a date, and what is done about it. */
export interface Expiry {
  /** How it reads in a report: `let the contract of Roshan run out`. */
  readonly title: string;
  readonly target: string;
  /** Components whose wall clocks are moved together; monotonic time and timers stay. */
  readonly clocks: readonly string[];
  /** How much is to be left, one after another: 60 days, 30 days, none. */
  readonly steps: readonly Ms[];
  /** Before the clocks move: what makes the date. */
  prepare?(stage: Stage): Promise<void>;
  /** How long until the date, by the rows and the clock of the database. */
  left(running: Running): Promise<Ms>;
  /** Waits, at each step, for what is to happen there before the next one. */
  at(stage: Stage, left: Ms): Promise<void>;
  /** What heals: the renewal. The time that has passed stays. */
  renew(stage: Stage): Promise<void>;
}

/**
 * Days pass until something has expired: clocks are set so that so much is left. Over by itself after the last step, healed
 * when the renewal leaves more than the first step did; the clocks are put back when the run has been judged. Bit when the
 * database's own clock and rows say that no more than the first step is left.
 */
export function expired(expiry: Expiry): PlannableFault {
  const { title, target, clocks, steps } = expiry;
  const [first = 0] = steps;
  return plannable({
    kind: 'data.expired',
    target,
    title,
    inject: async (stage) => {
      const { running, history } = stage;
      const victims = clocks.flatMap((name) => components(running, name));
      const before = victims.map(({ wallClock }) => wallClock.skew());
      const leave = async (wanted: Ms): Promise<void> => {
        const byMs = (await expiry.left(running)) - wanted;
        const step = history.invoke('time', STEP_CLOCKS, { byMs, leftMs: wanted, components: clocks });
        await Promise.all(victims.map(({ wallClock }) => wallClock.jump(byMs)));
        step.ok({});
      };
      await expiry.prepare?.(stage);
      await leave(first);
      const course = unfolding(title, async () => {
        for (const [i, wanted] of steps.entries()) {
          if (i > 0) await leave(wanted);
          await expiry.at(stage, wanted);
        }
      });
      return {
        witness: async () => {
          course.check();
          const left = await expiry.left(running);
          const days = left / 86_400_000;
          return left <= first
            ? { seen: `${days.toFixed(2)} days are left by the database's clock`, figures: { daysLeft: days } }
            : undefined;
        },
        healed: async () => (await expiry.left(running)) > first,
        over: course.over,
        putBack: async () => {
          for (const [i, { wallClock }] of victims.entries()) await wallClock.jump((before[i] ?? 0) - wallClock.skew());
        },
        [Symbol.asyncDispose]: once(async () => {
          await course.ended;
          await expiry.renew(stage);
        }),
      };
    },
  });
}
