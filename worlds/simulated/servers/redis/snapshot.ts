import type { Database } from './database.ts';
import { SortedSet } from './sorted-set.ts';
import type { RedisSnapshot, RedisSnapshotKey } from './types.ts';
import type { Entry, Value } from './values.ts';

/** Copies all live keys. */
export function takeSnapshot(databases: readonly Database[], now: number): RedisSnapshot {
  const copies = databases.map(({ index, entries }) => ({
    index,
    keys: [...entries].filter(([, { expireAt }]) => expireAt === undefined || expireAt > now).map(copy),
  }));
  return { databases: copies.filter(({ keys }) => keys.length > 0) };
}

function copy([key, { value, expireAt }]: readonly [string, Entry]): RedisSnapshotKey {
  const common = expireAt === undefined ? { key } : { key, expireAt };
  switch (value.type) {
    case 'string':
      return { ...common, type: 'string', value: value.text };
    case 'list':
      return { ...common, type: 'list', value: [...value.items] };
    case 'set':
      return { ...common, type: 'set', value: [...value.members] };
    case 'hash':
      return { ...common, type: 'hash', value: [...value.fields] };
    default:
      return { ...common, type: 'zset', value: value.set.elements.map(({ member, score }) => [member, score]) };
  }
}

/** Puts the keys of a snapshot into empty databases; those whose time has passed expire at once, with their event. */
export function loadSnapshot(databases: readonly Database[], snapshot: RedisSnapshot): void {
  for (const { index, keys } of snapshot.databases) {
    const database = databases[index];
    if (database === undefined) throw new Error(`Redis snapshot: there is no database ${index}`);
    for (const saved of keys) {
      const entry = database.add(saved.key, load(saved));
      database.touched(saved.key);
      if (saved.expireAt !== undefined) database.setExpiry(saved.key, entry, saved.expireAt);
    }
  }
}

function load(saved: RedisSnapshotKey): Value {
  switch (saved.type) {
    case 'string':
      return { type: 'string', text: saved.value };
    case 'list':
      return { type: 'list', items: [...saved.value] };
    case 'set':
      return { type: 'set', members: new Set(saved.value) };
    case 'hash':
      return { type: 'hash', fields: new Map(saved.value) };
    default:
      return { type: 'zset', set: sortedSet(saved.value) };
  }
}

function sortedSet(elements: readonly (readonly [string, number])[]): SortedSet {
  const set = new SortedSet();
  for (const [member, score] of elements) set.set(member, score);
  return set;
}
