import type { Ms, Running, Stage } from '../contract/index.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { unfolding } from './unfolding.ts';

/** A pool that is used up by those who take from it, and what fills it again. */
export interface Scarcity {
  /** How it reads in a report: `use the short codes up`. */
  readonly title: string;
  readonly target: string;
  /** Shares of the pool that are to be left, one after another: 0.1, 0.09, 0. */
  readonly steps: readonly number[];
  /** What is left and how much there is at all, by the rows. */
  left(running: Running): Promise<{ readonly left: number; readonly total: number }>;
  /** Takes one. */
  takeOne(stage: Stage): Promise<void>;
  /** Between two that are taken. */
  readonly everyMs: Ms;
  /** Waits, at each step, for what is to happen there before the next one. */
  at(stage: Stage, share: number): Promise<void>;
  /** What heals: the new allocation. */
  refill(stage: Stage): Promise<void>;
}

/**
 * A pool is used up step by step. Over by itself after the last step, healed when more than the first step's share is left
 * again. Bit when the rows say that no more than that is left.
 */
export function scarce(scarcity: Scarcity): PlannableFault {
  const { title, target, steps, everyMs } = scarcity;
  const [first = 0] = steps;
  return plannable({
    kind: 'data.scarce',
    target,
    title,
    inject: async (stage) => {
      const { running } = stage;
      const takeUntil = async (share: number): Promise<void> => {
        const { left, total } = await scarcity.left(running);
        // Whoever takes may be refused: asked for at most as often as there is something to take.
        for (let asks = left - Math.round(share * total); asks > 0; asks -= 1) {
          await scarcity.takeOne(stage);
          await running.clock.sleep(everyMs);
        }
      };
      await takeUntil(first);
      const course = unfolding(title, async () => {
        for (const [i, share] of steps.entries()) {
          if (i > 0) await takeUntil(share);
          await scarcity.at(stage, share);
        }
      });
      const enough = async (): Promise<{ enough: boolean; left: number; total: number }> => {
        const { left, total } = await scarcity.left(running);
        return { enough: left > first * total, left, total };
      };
      return {
        witness: async () => {
          course.check();
          const { left, total, enough: plenty } = await enough();
          return plenty ? undefined : { seen: `${left} of ${total} are left`, figures: { left, total } };
        },
        healed: async () => (await enough()).enough,
        over: course.over,
        [Symbol.asyncDispose]: once(async () => {
          await course.ended;
          await scarcity.refill(stage);
        }),
      };
    },
  });
}
