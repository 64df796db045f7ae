import type { Fault, Ms, RunPlan } from '../contract/index.ts';

/** A fault that reads as a sentence in a scenario: `kill('redis').for(quote('3 min'))`. */
export interface PlannableFault extends Fault {
  /** The fault stays this long. */
  for(lasts: Ms): RunPlan;
  /** The fault ends by itself. */
  untilOver(): RunPlan;
}

/** A fault with the two words that make a run's plan of it. */
export function plannable(fault: Fault): PlannableFault {
  return { ...fault, for: (lasts) => ({ fault, lasts }), untilOver: () => ({ fault }) };
}
