import type { Ms, Operation } from '../../contract/index.ts';
import { checked } from './checked.ts';
import type { Checked, Finding } from './checked.ts';
import { answered, perhaps, textIn } from './fields.ts';
import { Misread } from './models/history-model.ts';
import { textOf } from './values.ts';

/**
 * A set whose members show after a time: `add` takes `{ value }`, `read` answers `{ value: [members] }`. A member is in every read that
 * begins later than `latencyMs` after its add was confirmed, and in none that ends before its add began. Examined are the
 * confirmed members that some read had to show. Worst: the latest, by ms beyond the latency. `latencyMaxMs` of the figures is the longest
 * time after its confirmation at which a member was still missing.
 */
export function setVisibility(operations: readonly Operation[], { latencyMs }: { readonly latencyMs: Ms }): Checked {
  const reads = answered(operations, 'read').map((read) => ({ read, members: membersOf(read) }));
  const adds = perhaps(operations, 'add');
  const added = new Map<string, number>();
  for (const add of adds) {
    const value = textIn(add.input, 'value', add);
    added.set(value, Math.min(add.invokedAt, added.get(value) ?? Infinity));
  }
  const made = reads.flatMap(({ read, members }): readonly Finding[] =>
    [...members]
      .filter((member) => (added.get(member) ?? Infinity) > read.completedAt)
      .map((member) => ({
        what: `operation ${read.id} saw ${member}, which nobody had added`,
        operations: [read.id],
        by: 0,
      })),
  );
  let examined = 0;
  let latencyMaxMs = 0;
  const hidden = answered(adds, 'add').flatMap((add): readonly Finding[] => {
    const value = textIn(add.input, 'value', add);
    const after = reads.filter(({ read }) => read.invokedAt > add.completedAt);
    if (after.some(({ read }) => read.invokedAt > add.completedAt + latencyMs)) examined += 1;
    const missing = after.filter(({ members }) => !members.has(value));
    const latest = missing.reduce<number>((most, { read }) => Math.max(most, read.invokedAt - add.completedAt), 0);
    latencyMaxMs = Math.max(latencyMaxMs, latest);
    if (latest <= latencyMs) return [];
    const shown = after.length > missing.length ? '' : ', and never showed';
    const what = `${value} was missing ${latest} ms after it was confirmed${shown}`;
    return [{ what, operations: [add.id, ...missing.map(({ read }) => read.id)], by: latest - latencyMs }];
  });
  return checked(examined, [...made, ...hidden], { figures: { latencyMaxMs } });
}

function membersOf({ id, result }: Operation): ReadonlySet<string> {
  const members = result?.['value'];
  if (!Array.isArray(members) && !(members instanceof Set))
    throw new Misread(`operation ${id}, read: expected the members as a list, found ${textOf(members)}`);
  return new Set(Array.from(members as Iterable<unknown>, textOf));
}
