import type { Call, Model } from '../linearizability/model.ts';

/** Linearizability by its definition: every order of the calls is tried, with each open one taken or left out. */
export function bruteForce<State, Input, Output>(
  model: Pick<Model<State, Input, Output>, 'init' | 'step'>,
  calls: readonly Call<Input, Output>[],
): boolean {
  const from = (state: State, left: readonly Call<Input, Output>[]): boolean =>
    left.every(({ output }) => output === undefined) ||
    left.some((call) => {
      // A call that returned before this one began has to come first.
      if (left.some((other) => other !== call && other.to < call.from)) return false;
      const after = model.step(state, call.input, call.output);
      return (
        after !== undefined &&
        from(
          after,
          left.filter((other) => other !== call),
        )
      );
    });
  return from(model.init(), calls);
}
