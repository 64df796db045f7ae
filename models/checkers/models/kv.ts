import type { Operation } from '../../../contract/index.ts';
import { textOf } from '../values.ts';
import { byKey, keyOf, Misread, required } from './history-model.ts';
import type { HistoryModel, Said } from './history-model.ts';

interface KvInput {
  readonly f: 'get' | 'put' | 'append';
  readonly key: string;
  /** '' for a get. */
  readonly value: string;
}

/** What a get saw; null for the others. */
type KvOutput = string | null;

/** Strings by key, at first empty: `get` answers `value`, `put` and `append` take `value`. A get of nil saw the empty string. */
export const kv: HistoryModel<string, KvInput, KvOutput> = {
  about: 'a string a key: get, put, append; initially empty',
  words: ['get', 'put', 'append'],
  independent: true,
  read: readKv,
  init: () => '',
  step(state, { f, value }, output) {
    switch (f) {
      case 'put':
        return value;
      case 'append':
        return state + value;
      default:
        return output === undefined || output === state ? state : undefined;
    }
  },
  observes: ({ f }) => f === 'get',
  equal: (a, b) => a === b,
  hash: (state) => state,
  partition: byKey,
  describe: {
    call: ({ f, value }, output) => (f === 'get' ? `get -> ${textOf(output)}` : `${f} ${textOf(value)}`),
    state: textOf,
  },
};

function readKv(operation: Operation): Said<KvInput, KvOutput> | undefined {
  const { name, outcome, input, result } = operation;
  const key = keyOf(operation);
  if (key === '') throw new Misread(`expected a key, found none in ${textOf(input)}`);
  if (outcome === 'fail' || (name === 'get' && outcome === 'info')) return undefined;
  if (name === 'get')
    return { input: { f: 'get', key, value: '' }, output: stringOf(required(result, 'value', 'result') ?? '') };
  const value = stringOf(required(input, 'value', 'input'));
  return { input: { f: name === 'put' ? 'put' : 'append', key, value }, output: outcome === 'ok' ? null : undefined };
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : textOf(value);
}
