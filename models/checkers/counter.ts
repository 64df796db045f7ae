import type { Operation } from '../../contract/index.ts';
import { checked } from './checked.ts';
import type { Checked, Finding } from './checked.ts';
import { answered, numberIn, perhaps } from './fields.ts';

/**
 * A counter that begins at 0: `add` takes `{ value }`, `read` answers `{ value }`. A read shows at least what must have been added
 * before it began, and at most what may have been before it ended; adds of either sign that are in doubt widen both ends.
 * Bounds as in Jepsen's `checker/counter`: exact for steps of 1, else necessary. Examined are reads. Worst: the furthest off.
 */
export function counter(operations: readonly Operation[]): Checked {
  const adds = perhaps(operations, 'add').map((add) => ({
    ...add,
    value: numberIn(add.input, 'value', add),
    sureFrom: add.outcome === 'ok' ? (add.completedAt ?? Infinity) : Infinity,
  }));
  const reads = answered(operations, 'read');
  const findings = reads.flatMap((read): readonly Finding[] => {
    let least = 0;
    let most = 0;
    for (const { value, sureFrom, invokedAt } of adds) {
      const sure = sureFrom < read.invokedAt;
      if (sure || (value < 0 && invokedAt <= read.completedAt)) least += value;
      if (sure || (value > 0 && invokedAt <= read.completedAt)) most += value;
    }
    const seen = numberIn(read.result, 'value', read);
    const by = Math.max(least - seen, seen - most);
    const what = `operation ${read.id} read ${seen}, expected ${least} to ${most}`;
    return by > 0 ? [{ what, operations: [read.id], by }] : [];
  });
  return checked(reads.length, findings);
}
