import type { Ms, Operation } from '../../contract/index.ts';
import { checked } from './checked.ts';
import type { Checked, Finding } from './checked.ts';
import { answered, numberIn, textIn } from './fields.ts';
import type { Answered } from './fields.ts';

/**
 * A read is at most `boundMs` old: it shows no version lower than that of a write which was confirmed that long before the
 * read began. `write` and `read` take `{ key }` and answer `{ version }`, which grows with each write of a key. Examined are
 * reads that some write binds. Worst: the oldest, by ms beyond the bound.
 */
export function boundedStaleness(operations: readonly Operation[], { boundMs }: { readonly boundMs: Ms }): Checked {
  const writes = Map.groupBy(answered(operations, 'write'), (write) => textIn(write.input, 'key', write));
  const reads = Map.groupBy(answered(operations, 'read'), (read) => textIn(read.input, 'key', read));
  let examined = 0;
  const findings = [...reads].flatMap(([key, own]) => {
    const confirmed = (writes.get(key) ?? []).toSorted((a, b) => a.completedAt - b.completedAt);
    let next = 0;
    let floor = -Infinity;
    return own
      .toSorted((a, b) => a.invokedAt - b.invokedAt)
      .flatMap((read): readonly Finding[] => {
        const bound = read.invokedAt - boundMs;
        for (; (confirmed[next]?.completedAt ?? Infinity) <= bound; next += 1)
          floor = Math.max(floor, versionOf(confirmed[next] as Answered));
        if (floor === -Infinity) return [];
        examined += 1;
        const version = versionOf(read);
        if (version >= floor) return [];
        const missed = confirmed.find((write) => versionOf(write) > version) as Answered;
        const what = `operation ${read.id} read version ${version} of ${key}, ${read.invokedAt - missed.completedAt} ms after a later one was confirmed`;
        return [{ what, operations: [missed.id, read.id], by: bound - missed.completedAt }];
      });
  });
  return checked(examined, findings);
}

function versionOf(operation: Answered): number {
  return numberIn(operation.result, 'version', operation);
}
