import type { Operation } from '../../contract/index.ts';
import { checked } from './checked.ts';
import type { Checked, Finding } from './checked.ts';
import { messages } from './messages.ts';

/**
 * Every message whose publish was confirmed is consumed by the end of the history (words: `messages.ts`). Examined are confirmed
 * messages. A `consume` of which nobody knows may have taken one each: as many missing messages leave it unknown.
 */
export function noLoss(operations: readonly Operation[]): Checked {
  const confirmed = [...messages(operations)].filter(([, { published }]) =>
    published.some(({ outcome }) => outcome === 'ok'),
  );
  const lost = confirmed.filter(([, { consumed }]) => consumed.length === 0);
  const lostFromSight = operations.filter(({ name, outcome }) => name === 'consume' && outcome === 'info').length;
  if (lost.length <= lostFromSight)
    return checked(confirmed.length, [], {
      doubt:
        lost.length === 0
          ? undefined
          : `${lost.length} messages were not seen, and ${lostFromSight} consumptions are of unknown outcome`,
    });
  return checked(
    confirmed.length,
    lost.map(([name, { published }]): Finding => {
      return {
        what: `${name} was confirmed and never consumed`,
        operations: published.map(({ id }) => id),
        by: published.length,
      };
    }),
  );
}
