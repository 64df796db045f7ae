import type { Operation } from '../../contract/index.ts';
import { checked } from './checked.ts';
import type { Checked, Finding } from './checked.ts';
import { effectsByKey } from './effects.ts';

/** No key has more than one effect (words: `effects.ts`). Examined are keys with an effect. Worst: the most effects. */
export function atMostOnce(operations: readonly Operation[]): Checked {
  const done = effectsByKey(operations).filter(({ effects }) => effects.length > 0);
  const findings = done.flatMap(({ key, effects }): readonly Finding[] =>
    effects.length < 2
      ? []
      : [
          {
            what: `${key} took effect ${effects.length} times`,
            operations: effects.map(({ id }) => id),
            by: effects.length,
          },
        ],
  );
  return checked(done.length, findings);
}
