import type { SearchLimits, ShownPartition } from '../../../contract/index.ts';
import { checkLinearizability } from '../linearizability/check.ts';
import type { Linearizability } from '../linearizability/check.ts';
import { explain } from '../linearizability/explain.ts';
import type { Call } from '../linearizability/model.ts';
import { unreadable } from '../readers/recorded.ts';
import type { Recorded } from '../readers/recorded.ts';
import { textOf } from '../values.ts';
import type { HistoryModel } from './history-model.ts';
import { Misread } from './history-model.ts';
import { withKeys } from './independent.ts';

/** A model with its types hidden, so that models of all types lie in one map. */
export interface Judge {
  readonly about: string;
  /** Whether a history whose operations have these names speaks of this model. */
  knows(names: ReadonlySet<string>): boolean;
  /** Throws UnreadableHistory for an operation that is not of this model. */
  judge(file: string, recorded: Recorded, limits: SearchLimits, clock: () => number): Judged;
}

/** What a history came to. `show` makes texts for a person, which takes longer than most searches. */
export interface Judged extends Pick<Linearizability<unknown, unknown>, 'verdict' | 'examined' | 'memoryBytes'> {
  readonly why?: Extract<Linearizability<unknown, unknown>, { verdict: 'unknown' }>['why'];
  /** Operations that say nothing to the model: refused ones, reads without an answer. */
  readonly aside: number;
  show(): readonly ShownPartition[];
}

/** Makes a judge of histories out of a model. */
export function judgeOf<State, Input, Output>(model: HistoryModel<State, Input, Output>): Judge {
  return {
    about: model.about,
    knows: (names) =>
      model.open === true
        ? [...names].some((name) => model.words.includes(name))
        : [...names].every((name) => model.words.includes(name)),
    judge(file, recorded, limits, clock) {
      const calls = callsOf(model, file, recorded);
      const result = checkLinearizability(model, calls, limits, clock);
      const lines = new Map(recorded.operations.map(({ id }, i) => [id, recorded.lines[i]]));
      return {
        verdict: result.verdict,
        ...(result.verdict === 'unknown' ? { why: result.why } : {}),
        examined: result.examined,
        memoryBytes: result.memoryBytes,
        aside: recorded.operations.length - calls.length,
        show: () => result.partitions.map((partition) => explain(model, partition, (id) => lines.get(id))),
      };
    },
  };
}

/** The calls that a history's operations are to a model. */
export function callsOf<State, Input, Output>(
  model: HistoryModel<State, Input, Output>,
  file: string,
  recorded: Recorded,
): readonly Call<Input, Output>[] {
  const operations = model.independent === true ? withKeys(recorded.operations) : recorded.operations;
  return operations.flatMap((operation, i): readonly Call<Input, Output>[] => {
    const { id, process, name, invokedAt, completedAt } = operation;
    const line = recorded.lines[i] ?? 1;
    if (!model.words.includes(name)) {
      if (model.open === true) return [];
      unreadable(
        file,
        line,
        `expected an operation of the model (${model.words.join(', ')}), found ${textOf(name)}; name another model with --model`,
      );
    }
    try {
      const said = model.read(operation);
      if (said === undefined) return [];
      const to = said.output === undefined ? Infinity : (completedAt ?? Infinity);
      return [{ id, process, input: said.input, output: said.output, from: invokedAt, to }];
    } catch (error) {
      if (error instanceof Misread) unreadable(file, line, `${name}: ${error.message}`);
      throw error;
    }
  });
}
