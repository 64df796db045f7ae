import type { Operation } from '../../contract/index.ts';
import { checked } from './checked.ts';
import type { Checked, Finding } from './checked.ts';
import { messages } from './messages.ts';

/**
 * No message is consumed more often than it was, or may have been, published (words: `messages.ts`); one that nobody published
 * is consumed once too often. Examined are the messages that were consumed. Worst: the one consumed most often too many.
 */
export function noDuplicate(operations: readonly Operation[]): Checked {
  const consumed = [...messages(operations)].filter(([, each]) => each.consumed.length > 0);
  const findings = consumed.flatMap(([name, { published, consumed: taken }]): readonly Finding[] => {
    const by = taken.length - published.length;
    const what = `${name} was consumed ${taken.length} times and published ${published.length} times`;
    return by > 0 ? [{ what, operations: taken.map(({ id }) => id), by }] : [];
  });
  return checked(consumed.length, findings);
}
