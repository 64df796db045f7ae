import type { Operation } from '../../../contract/index.ts';
import { textOf } from '../values.ts';
import { byKey, keyOf, required } from './history-model.ts';
import type { HistoryModel, Said } from './history-model.ts';

/** Values are texts of EDN (`values.ts`). */
export type RegisterInput =
  { readonly f: 'read'; readonly key: string } | { readonly f: 'write'; readonly key: string; readonly value: string };

/** What a read saw; null for a write. */
export type RegisterOutput = string | null;

/** One value a key, at first nil. `read` answers `value`, `write` takes `value`; a read of nil saw no value. */
export const register: HistoryModel<string, RegisterInput, RegisterOutput> = {
  about: 'a value a key: read, write',
  words: ['read', 'write'],
  independent: true,
  read: readRegister,
  init: () => 'nil',
  step(state, input, output) {
    if (input.f === 'write') return input.value;
    return output === undefined || output === state ? state : undefined;
  },
  observes: ({ f }) => f === 'read',
  equal: (a, b) => a === b,
  hash: (state) => state,
  partition: byKey,
  describe: {
    call: (input, output) => (input.f === 'write' ? `write ${input.value}` : `read -> ${output ?? '?'}`),
    state: (state) => state,
  },
};

/** Reads and writes; a read without an answer and what was refused say nothing. */
export function readRegister(operation: Operation): Said<RegisterInput, RegisterOutput> | undefined {
  const { name, outcome, input, result } = operation;
  const key = keyOf(operation);
  if (outcome === 'fail' || (name === 'read' && outcome === 'info')) return undefined;
  if (name === 'read') return { input: { f: 'read', key }, output: textOf(required(result, 'value', 'result')) };
  const value = textOf(required(input, 'value', 'input'));
  return { input: { f: 'write', key, value }, output: outcome === 'ok' ? null : undefined };
}
