import type { SearchLimits, Undecided } from '../../../contract/index.ts';
import type { Call, Model, Partition } from './model.ts';
import { search } from './search.ts';
import type { Order, Searched } from './search.ts';

/** A partition with what its search came to; without: one before it was illegal, or the time was over. */
export interface JudgedPartition<Input, Output> extends Partition<Input, Output> {
  readonly searched?: Searched;
}

/** Whether a history is linearizable. `examined`: calls of the partitions that were searched. */
export type Linearizability<Input, Output> = {
  readonly examined: number;
  /** Most that one search remembered. */
  readonly memoryBytes: number;
  readonly partitions: readonly JudgedPartition<Input, Output>[];
} & (
  | { readonly verdict: 'ok' }
  | {
      readonly verdict: 'illegal';
      readonly at: Partition<Input, Output>;
      /** Longest partial linearizations of that partition, as places in its calls. */
      readonly longest: readonly Order[];
    }
  | { readonly verdict: 'unknown'; readonly why: Undecided }
);

/**
 * Holds calls against a model, one partition after the other until one is illegal. A partition whose search met a limit leaves
 * the history unknown, unless another one is illegal. Without a call there is nothing to say: unknown.
 */
export function checkLinearizability<State, Input, Output>(
  model: Model<State, Input, Output>,
  calls: readonly Call<Input, Output>[],
  limits: SearchLimits,
  clock: () => number,
): Linearizability<Input, Output> {
  const begun = clock();
  const parts = model.partition?.(calls) ?? [{ label: 'all operations', calls }];
  const partitions: JudgedPartition<Input, Output>[] = [...parts];
  let why: Undecided | undefined;
  let examined = 0;
  let memoryBytes = 0;
  for (const [i, part] of parts.entries()) {
    const timeMs = limits.timeMs - (clock() - begun);
    if (timeMs <= 0) {
      why = 'time';
      break;
    }
    const searched = search(model, part.calls, { ...limits, timeMs }, clock);
    partitions[i] = { ...part, searched };
    examined += part.calls.length;
    memoryBytes = Math.max(memoryBytes, searched.memoryBytes);
    if (searched.verdict === 'illegal')
      return { verdict: 'illegal', examined, memoryBytes, partitions, at: part, longest: searched.longest };
    if (searched.verdict === 'unknown') why ??= searched.why;
  }
  if (why === undefined && examined === 0) why = 'nothing';
  const common = { examined, memoryBytes, partitions };
  return why === undefined ? { verdict: 'ok', ...common } : { verdict: 'unknown', why, ...common };
}
