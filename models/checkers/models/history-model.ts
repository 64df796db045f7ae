import type { Operation } from '../../../contract/index.ts';
import type { Call, Model, Partition } from '../linearizability/model.ts';
import { textOf } from '../values.ts';

/** What an operation says to a model. Output undefined: nobody knows whether it took effect. */
export interface Said<Input, Output> {
  readonly input: Input;
  readonly output: Output | undefined;
}

/** A model with the words in which histories speak of it. */
export interface HistoryModel<State, Input, Output> extends Model<State, Input, Output> {
  /** One line for a person who chooses a model. */
  readonly about: string;
  /** The operations that it knows; another one is a mistake, unless the model is `open`. */
  readonly words: readonly string[];
  /** True where histories hold other operations as well, which say nothing to it. */
  readonly open?: boolean;
  /**
   * What an operation (already without the key of an independent history) says; undefined: nothing, it is left aside. Throws
   * a Misread where it has not the shape.
   */
  read(operation: Operation): Said<Input, Output> | undefined;
  /** True where a pair `[key value]` may stand for a value, as in Jepsen's independent histories. */
  readonly independent?: boolean;
}

/** An operation that has not the shape which a model expects: what it expected and what it found. */
export class Misread extends Error {
  override readonly name = 'Misread';
}

/** Calls of one key each, in the order of the keys' first calls. The key is text; '' where there is none. */
export function byKey<Input extends { readonly key: string }, Output>(
  calls: readonly Call<Input, Output>[],
): readonly Partition<Input, Output>[] {
  return [...Map.groupBy(calls, ({ input }) => input.key)].map(([key, own]) => ({
    label: key === '' ? 'all operations' : `key ${key}`,
    calls: own,
  }));
}

/** The key of an operation as text; '' where it has none. */
export function keyOf({ input }: Operation): string {
  return input['key'] === undefined ? '' : textOf(input['key']);
}

/** A field that has to be there, even if it is null. */
export function required(of: Readonly<Record<string, unknown>> | undefined, field: string, where: string): unknown {
  const value = of?.[field];
  if (value === undefined) throw new Misread(`expected ${where}.${field}, found none (write null for no value)`);
  return value;
}
