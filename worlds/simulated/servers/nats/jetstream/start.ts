import { type ConsumerConfig, filtersOf } from './consumer-config.ts';
import { type Store, fits } from './store.ts';

/** Where a new consumer starts, as nats-server's selectStartingSeqNo chooses. */
export function startingSequence(
  store: Store,
  config: ConsumerConfig,
): { readonly sequence: number; readonly skipList: readonly number[] } {
  const filters = filtersOf(config);
  const { firstSequence: first, lastSequence: last } = store;
  let sequence = 0;
  let skipList: number[] = [];
  switch (config.deliver_policy) {
    case 'all':
      sequence = first;
      break;
    case 'last':
      sequence =
        filters.length === 0 ? last : Math.max(0, ...filters.map((filter) => store.last(filter)?.sequence ?? 0));
      break;
    case 'new':
      sequence = last + 1;
      break;
    case 'by_start_sequence':
      return { sequence: Math.max(config.opt_start_seq ?? 1, first), skipList };
    case 'by_start_time': {
      const at = Date.parse(config.opt_start_time ?? '');
      sequence = last + 1;
      for (const stored of store.values()) if (stored.time >= at) sequence = Math.min(sequence, stored.sequence);
      break;
    }
    case 'last_per_subject': {
      const latest = new Map<string, number>();
      for (const { subject, sequence: at } of store.values()) if (fits(subject, filters)) latest.set(subject, at);
      skipList = [...latest.values()].toSorted((a, b) => a - b);
      sequence = skipList[0] ?? last;
      break;
    }
  }
  if (first === 0) sequence = 1;
  else if (sequence > last) sequence = last + 1;
  else if (sequence < first) sequence = first;
  return { sequence, skipList };
}
