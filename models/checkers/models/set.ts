import type { Operation } from '../../../contract/index.ts';
import { textOf } from '../values.ts';
import { byKey, keyOf, Misread, required } from './history-model.ts';
import type { HistoryModel, Said } from './history-model.ts';

interface SetInput {
  readonly f: 'add' | 'read';
  readonly key: string;
  /** '' for a read. */
  readonly value: string;
}

/** What a read saw, in the order of texts; null for an add. */
type SetOutput = readonly string[] | null;

/**
 * A set a key, at first empty: `add` takes `value`, `read` answers all members (a vector, a list or a set; nil is none). It is not
 * split by member: a read sees all of them at one instant.
 */
export const set: HistoryModel<readonly string[], SetInput, SetOutput> = {
  about: 'a set a key: add, read of all members; initially empty',
  words: ['add', 'read'],
  independent: true,
  read: readSet,
  init: () => [],
  step(state, { f, value }, output) {
    if (f === 'add') return state.includes(value) ? state : [...state, value].toSorted();
    return output === undefined || output === null || same(state, output) ? state : undefined;
  },
  observes: ({ f }) => f === 'read',
  equal: same,
  hash: (state) => state.join(' '),
  partition: byKey,
  describe: {
    call: ({ f, value }, output) => (f === 'add' ? `add ${value}` : `read -> #{${(output ?? ['?']).join(' ')}}`),
    state: (state) => `#{${state.join(' ')}}`,
  },
};

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function readSet(operation: Operation): Said<SetInput, SetOutput> | undefined {
  const { name, outcome, input, result } = operation;
  const key = keyOf(operation);
  if (outcome === 'fail' || (name === 'read' && outcome === 'info')) return undefined;
  if (name === 'add') {
    const value = textOf(required(input, 'value', 'input'));
    return { input: { f: 'add', key, value }, output: outcome === 'ok' ? null : undefined };
  }
  const members = required(result, 'value', 'result') ?? [];
  if (!Array.isArray(members) && !(members instanceof Set))
    throw new Misread(`expected the members of the set as the value of a read, found ${textOf(members)}`);
  const seen = Array.from(members as Iterable<unknown>, textOf);
  return { input: { f: 'read', key, value: '' }, output: seen.toSorted() };
}
