import type { Operation } from '../../contract/index.ts';
import { checked } from './checked.ts';
import type { Checked, Finding } from './checked.ts';
import { answered, numberIn, textIn } from './fields.ts';

/**
 * No process reads an older version of a key than it has read before. `read` takes `{ key }` and answers `{ version }`. Reads of one
 * process that overlap have no order. Examined are reads with one before them. Worst: by the most versions.
 */
export function monotonicVersions(operations: readonly Operation[]): Checked {
  const reads = answered(operations, 'read').map((read) => ({
    ...read,
    version: numberIn(read.result, 'version', read),
    session: `${read.process} ${textIn(read.input, 'key', read)}`,
  }));
  let examined = 0;
  const findings = [...Map.groupBy(reads, ({ session }) => session)].flatMap(([session, own]) => {
    const ended = own.toSorted((a, b) => a.completedAt - b.completedAt);
    let next = 0;
    let newest: (typeof own)[number] | undefined;
    return own
      .toSorted((a, b) => a.invokedAt - b.invokedAt)
      .flatMap((read): readonly Finding[] => {
        for (; ; next += 1) {
          const before = ended[next];
          if (before === undefined || before.completedAt >= read.invokedAt) break;
          if (newest === undefined || before.version > newest.version) newest = before;
        }
        if (newest === undefined) return [];
        examined += 1;
        if (read.version >= newest.version) return [];
        const what = `${session}: version ${read.version} after version ${newest.version}`;
        return [{ what, operations: [newest.id, read.id], by: newest.version - read.version }];
      });
  });
  return checked(examined, findings);
}
