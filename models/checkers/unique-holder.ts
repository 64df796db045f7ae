import type { Operation } from '../../contract/index.ts';
import { checked } from './checked.ts';
import type { Checked, Finding } from './checked.ts';
import { answered, numberIn, textIn } from './fields.ts';

interface Hold {
  readonly key: string;
  readonly holder: string;
  readonly from: number;
  readonly to: number;
  readonly by: number;
}

/**
 * Nobody certainly holds what another one certainly holds. `acquire` takes `{ key }` and perhaps `ttlMs`, `release` takes
 * `{ key }`; the process is the holder. A hold is certain from the answer of its acquire until its process begins to release,
 * whatever comes of that, or until its life may be over. Examined are holds. Worst: the longest overlap.
 */
export function uniqueHolder(operations: readonly Operation[]): Checked {
  const releases = Map.groupBy(
    operations.filter(({ name }) => name === 'release'),
    (release) => `${release.process} ${textIn(release.input, 'key', release)}`,
  );
  const holds = answered(operations, 'acquire').flatMap((acquire): readonly Hold[] => {
    const { id, process: holder, input, invokedAt, completedAt: from } = acquire;
    const key = textIn(input, 'key', acquire);
    const released = (releases.get(`${holder} ${key}`) ?? []).map((each) => each.invokedAt).filter((at) => at >= from);
    const over = input['ttlMs'] === undefined ? Infinity : invokedAt + numberIn(input, 'ttlMs', acquire);
    const to = Math.min(over, ...released);
    return to > from ? [{ key, holder, from, to, by: id }] : [];
  });
  const findings = [...Map.groupBy(holds, ({ key }) => key).values()].flatMap(overlaps);
  return checked(holds.length, findings);
}

function overlaps(holds: readonly Hold[]): readonly Finding[] {
  // The hold that ends last, and the one that ends last among those of other holders.
  let last: Hold | undefined;
  let other: Hold | undefined;
  return holds
    .toSorted((a, b) => a.from - b.from)
    .flatMap((hold): readonly Finding[] => {
      const held = last?.holder === hold.holder ? other : last;
      if (last === undefined || hold.to > last.to) {
        if (last?.holder !== hold.holder) other = last;
        last = hold;
      } else if (hold.holder !== last.holder && hold.to > (other?.to ?? -Infinity)) other = hold;
      if (held === undefined || held.to <= hold.from) return [];
      const what = `${hold.holder} was given ${hold.key} while ${held.holder} held it`;
      return [{ what, operations: [held.by, hold.by], by: Math.min(held.to, hold.to) - hold.from }];
    });
}
