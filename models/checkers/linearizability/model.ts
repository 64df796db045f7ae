/**
 * One call as a search sees it. Times only order calls: a call may come before another one when it begins no later than
 * the other returns.
 */
export interface Call<Input, Output> {
  /** The operation's id in its history. */
  readonly id: number;
  readonly process: string;
  readonly input: Input;
  /** Undefined: nobody knows whether it took effect, nor what it would have answered. Then `to` is Infinity. */
  readonly output: Output | undefined;
  readonly from: number;
  readonly to: number;
}

/** Calls that can be judged apart from all others, and what they have in common. */
export interface Partition<Input, Output> {
  readonly label: string;
  readonly calls: readonly Call<Input, Output>[];
}

/**
 * A sequential object as pure functions, after Porcupine's models. States are never changed in place.
 */
export interface Model<State, Input, Output> {
  init(): State;
  /**
   * The state after a call that takes effect in `state`; undefined when it could not have given this output there.
   * Output undefined: whatever it answers is right.
   */
  step(state: State, input: Input, output: Output | undefined): State | undefined;
  /** True: in no state does a call with this output change anything, as a read. It only makes the search shorter. */
  observes?(input: Input, output: Output): boolean;
  equal(a: State, b: State): boolean;
  /**
   * P-compositionality (Horn & Kroening 2015; for objects Herlihy & Wing 1990, locality): parts of the history of which
   * each has to be linearizable by itself. Default: one part.
   */
  partition?(calls: readonly Call<Input, Output>[]): readonly Partition<Input, Output>[];
  /** Equal states have equal hashes; unequal ones should not. Without it states are compared one by one. */
  hash?(state: State): string;
  readonly describe: {
    call(input: Input, output: Output | undefined): string;
    state(state: State): string;
  };
}
