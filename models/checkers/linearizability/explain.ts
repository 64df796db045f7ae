import type { ShownLinearization, ShownPartition, ShownStep } from '../../../contract/index.ts';
import type { JudgedPartition } from './check.ts';
import type { Call, Model } from './model.ts';
import type { Order } from './search.ts';

/** A partition as a page or a person needs it: texts of calls, and the states that the linearizations lead through. */
export function explain<State, Input, Output>(
  model: Model<State, Input, Output>,
  { label, calls, searched }: JudgedPartition<Input, Output>,
  lineOf: (id: number) => number | undefined,
): ShownPartition {
  const orders =
    searched?.verdict === 'ok' ? [searched.order] : searched?.verdict === 'illegal' ? searched.longest : [];
  return {
    label,
    verdict: searched?.verdict ?? 'not examined',
    calls: calls.map(({ id, process, input, output, from, to }) => {
      const line = lineOf(id);
      const text = `${model.describe.call(input, output)}${output === undefined ? ' (nobody knows)' : ''}`;
      return { id, process, text, from, to, ...(line === undefined ? {} : { line }) };
    }),
    linearizations: orders.map((order) => replayed(model, calls, order)),
  };
}

function replayed<State, Input, Output>(
  model: Model<State, Input, Output>,
  calls: readonly Call<Input, Output>[],
  order: Order,
): ShownLinearization {
  let state = model.init();
  const steps: ShownStep[] = [];
  for (const place of order) {
    const { id, input, output } = calls[place] as Call<Input, Output>;
    state = model.step(state, input, output) as State;
    steps.push({ call: id, state: model.describe.state(state) });
  }
  const taken = new Set(order);
  const left = calls.filter(({ output }, place) => !taken.has(place) && output !== undefined);
  // Not Math.min over all of them: so many arguments overflow the stack.
  const firstReturn = left.reduce((first, { to }) => Math.min(first, to), Infinity);
  const refused = left.filter(({ from }) => from <= firstReturn).map(({ id }) => id);
  return { steps, state: model.describe.state(state), refused };
}
