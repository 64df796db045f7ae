import type { Operation, Stage } from '../contract/index.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { unfolding } from './unfolding.ts';

/** What clients do wrong, and how their operations are told from the load's in the history. */
export interface Misuse {
  /** How it reads in a report: `a key is sent again with another payload`. */
  readonly title: string;
  /** What the clients do wrong; its operations go into the history. Ends with the last faulty answer. */
  run(stage: Stage): Promise<void>;
  /** Which operations are the mistake: their answers are the witness. */
  mistaken(operation: Operation): boolean;
  /** How many of them must have been answered before the fault counts as having bitten. Default 1. */
  readonly atLeast?: number;
  /** Of the taxonomy. Default `provider.duplicate`. */
  readonly kind?: string;
}

/** A client's mistake, or a burst of its calls. It is over by itself, with the last faulty answer; there is nothing to heal. */
export function clientMisuse(target: string, misuse: Misuse): PlannableFault {
  return plannable({
    kind: misuse.kind ?? 'provider.duplicate',
    target,
    title: misuse.title,
    inject: async (stage) => {
      const course = unfolding(misuse.title, () => misuse.run(stage));
      return {
        witness: async () => {
          course.check();
          const made = stage.history.operations.filter((operation) => misuse.mistaken(operation));
          const answered = made.filter(({ completedAt }) => completedAt !== undefined);
          if (answered.length < (misuse.atLeast ?? 1)) return undefined;
          const answers = [...new Set(answered.map(({ outcome, error }) => error ?? outcome))].join(', ');
          return {
            seen: `${answered.length} answered: ${answers}`,
            figures: { made: made.length, answered: answered.length },
          };
        },
        healed: async () => course.isOver(),
        over: course.over,
        [Symbol.asyncDispose]: () => course.ended,
      };
    },
  });
}
