import type { Operation } from '../../contract/index.ts';
import { answered, textIn } from './fields.ts';
import type { Answered } from './fields.ts';

/** What was asked under one key, and what was done. */
export interface Asked {
  readonly key: string;
  readonly requests: readonly Operation[];
  readonly effects: readonly Answered[];
}

/** Requests and effects: `request` takes `{ key }`, perhaps several times; `effect`, of what was carried out, takes `{ key }`. */
export function effectsByKey(operations: readonly Operation[]): readonly Asked[] {
  const keyOf = (operation: Operation): string => textIn(operation.input, 'key', operation);
  const requests = Map.groupBy(
    operations.filter(({ name }) => name === 'request'),
    keyOf,
  );
  const effects = Map.groupBy(answered(operations, 'effect'), keyOf);
  return [...new Set([...requests.keys(), ...effects.keys()])].map((key) => ({
    key,
    requests: requests.get(key) ?? [],
    effects: effects.get(key) ?? [],
  }));
}
