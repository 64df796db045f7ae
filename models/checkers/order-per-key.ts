import type { Operation } from '../../contract/index.ts';
import { checked } from './checked.ts';
import type { Checked, Finding } from './checked.ts';
import { answered, textIn } from './fields.ts';
import type { Answered } from './fields.ts';
import { messages } from './messages.ts';

interface Passed {
  readonly publish: Answered;
  /** The first consumption to return; later ones are repetitions, which `noDuplicate` judges. */
  readonly consume: Answered;
}

/**
 * Messages of one key are consumed in the order of their publishing: when one publish was confirmed before another one began,
 * its message is not first taken after the other's was handed over (words: `messages.ts`). Examined are messages published once
 * and consumed. Worst: by the greatest time.
 */
export function orderPerKey(operations: readonly Operation[]): Checked {
  const passed = [...messages(operations).values()].flatMap(({ published, consumed }): readonly Passed[] => {
    const [publish] = answered(published, 'publish');
    const consume = consumed.toSorted((a, b) => a.completedAt - b.completedAt)[0];
    return publish === undefined || published.length > 1 || consume === undefined ? [] : [{ publish, consume }];
  });
  const byKey = Map.groupBy(passed, ({ publish }) => textIn(publish.input, 'key', publish));
  return checked(passed.length, [...byKey.values()].flatMap(overtaken));
}

/** Those that were consumed although an earlier one was not yet: a sweep in the order of publishing. */
function overtaken(passed: readonly Passed[]): readonly Finding[] {
  const confirmed = passed.toSorted((a, b) => a.publish.completedAt - b.publish.completedAt);
  let next = 0;
  let late: Passed | undefined;
  return passed
    .toSorted((a, b) => a.publish.invokedAt - b.publish.invokedAt)
    .flatMap((each): readonly Finding[] => {
      for (; ; next += 1) {
        const before = confirmed[next];
        if (before === undefined || before.publish.completedAt >= each.publish.invokedAt) break;
        if (late === undefined || before.consume.invokedAt > late.consume.invokedAt) late = before;
      }
      const by = (late?.consume.invokedAt ?? -Infinity) - each.consume.completedAt;
      if (late === undefined || by <= 0) return [];
      const what = `message of operation ${each.publish.id} overtook that of operation ${late.publish.id}`;
      return [{ what, operations: [late.publish.id, each.publish.id, each.consume.id, late.consume.id], by }];
    });
}
