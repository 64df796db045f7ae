import type { Operation } from '../../contract/index.ts';
import { checked } from './checked.ts';
import type { Checked, Finding } from './checked.ts';
import { effectsByKey } from './effects.ts';

/**
 * A key has one effect when one of its requests was confirmed, none when all were refused or there was none, and at most one
 * when nobody knows (words: `effects.ts`). Examined are keys. Worst: the furthest from what it had to be.
 */
export function exactlyOnce(operations: readonly Operation[]): Checked {
  const asked = effectsByKey(operations);
  const findings = asked.flatMap(({ key, requests, effects }): readonly Finding[] => {
    const least = requests.some(({ outcome }) => outcome === 'ok') ? 1 : 0;
    const most = requests.some(({ outcome }) => outcome !== 'fail') ? 1 : 0;
    const by = Math.max(least - effects.length, effects.length - most);
    const what = `${key} took effect ${effects.length} times, expected ${least === most ? least : 'at most 1'}`;
    return by > 0 ? [{ what, operations: [...requests, ...effects].map(({ id }) => id), by }] : [];
  });
  return checked(asked.length, findings);
}
