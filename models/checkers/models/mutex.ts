import { byKey, keyOf } from './history-model.ts';
import type { HistoryModel } from './history-model.ts';

interface MutexInput {
  readonly f: 'acquire' | 'release';
  readonly key: string;
}

/** A lock a key, at first free: `acquire` of a held one and `release` of a free one are impossible. Who holds it is not asked. */
export const mutex: HistoryModel<boolean, MutexInput, true> = {
  about: 'a lock a key: acquire, release; initially free',
  words: ['acquire', 'release'],
  independent: true,
  read(operation) {
    if (operation.outcome === 'fail') return undefined;
    const f = operation.name === 'acquire' ? 'acquire' : 'release';
    return { input: { f, key: keyOf(operation) }, output: operation.outcome === 'ok' ? true : undefined };
  },
  init: () => false,
  step(held, { f }) {
    return held === (f === 'acquire') ? undefined : !held;
  },
  equal: (a, b) => a === b,
  hash: String,
  partition: byKey,
  describe: { call: ({ f }) => f, state: (held) => (held ? 'held' : 'free') },
};
