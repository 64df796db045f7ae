import type { Operation } from '../../../contract/index.ts';
import { textOf } from '../values.ts';
import { byKey, keyOf, Misread, required } from './history-model.ts';
import type { HistoryModel, Said } from './history-model.ts';

interface QueueInput {
  readonly f: 'enqueue' | 'dequeue';
  readonly key: string;
  /** '' for a dequeue. */
  readonly value: string;
}

/** What a dequeue took, `nil` from an empty queue; null for an enqueue. */
type QueueOutput = string | null;

/**
 * A first-in-first-out queue a key, at first empty: `enqueue` takes `value`, `dequeue` answers the oldest `value`, or nil when there is
 * none. A dequeue of which nobody knows may have taken one.
 */
export const queue: HistoryModel<readonly string[], QueueInput, QueueOutput> = {
  about: 'first in, first out, a queue a key: enqueue, dequeue; initially empty',
  words: ['enqueue', 'dequeue'],
  independent: true,
  read: readQueue,
  init: () => [],
  step(state, { f, value }, output) {
    if (f === 'enqueue') return [...state, value];
    if (output !== undefined && output !== (state[0] ?? 'nil')) return undefined;
    return state.slice(1);
  },
  observes: ({ f }, output) => f === 'dequeue' && output === 'nil',
  equal: (a, b) => a.length === b.length && a.every((value, i) => value === b[i]),
  hash: (state) => state.join(' '),
  partition: byKey,
  describe: {
    call: ({ f, value }, output) => (f === 'enqueue' ? `enqueue ${value}` : `dequeue -> ${output ?? '?'}`),
    state: (state) => `[${state.join(' ')}]`,
  },
};

function readQueue(operation: Operation): Said<QueueInput, QueueOutput> | undefined {
  const { name, outcome, input, result } = operation;
  if (outcome === 'fail') return undefined;
  const key = keyOf(operation);
  const ok = outcome === 'ok';
  if (name === 'enqueue') {
    const value = textOf(required(input, 'value', 'input'));
    if (value === 'nil')
      throw new Misread('expected a value to enqueue, found nil, by which a dequeue says that there is none');
    return { input: { f: 'enqueue', key, value }, output: ok ? null : undefined };
  }
  const output = ok ? textOf(required(result, 'value', 'result')) : undefined;
  return { input: { f: 'dequeue', key, value: '' }, output };
}
