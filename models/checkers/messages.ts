import type { Operation } from '../../contract/index.ts';
import { answered, perhaps, textIn } from './fields.ts';
import type { Answered } from './fields.ts';

/** Publish and consume histories: `publish` takes `{ key, value }`, `consume` answers `{ key, value }`; a value is unique in its key. */
export function messageOf(operation: Operation, of: Readonly<Record<string, unknown>>): string {
  return `${textIn(of, 'key', operation)} ${textIn(of, 'value', operation)}`;
}

/** Messages by their names, with every publish that did or may have done it, and every consumption. */
export function messages(
  operations: readonly Operation[],
): ReadonlyMap<string, { readonly published: readonly Operation[]; readonly consumed: readonly Answered[] }> {
  const found = new Map<string, { published: Operation[]; consumed: Answered[] }>();
  const at = (name: string): { published: Operation[]; consumed: Answered[] } => {
    const known = found.get(name) ?? { published: [], consumed: [] };
    found.set(name, known);
    return known;
  };
  for (const publish of perhaps(operations, 'publish')) at(messageOf(publish, publish.input)).published.push(publish);
  for (const consume of answered(operations, 'consume')) at(messageOf(consume, consume.result)).consumed.push(consume);
  return found;
}
