import type { SortedSet } from './sorted-set.ts';

/** What a key can hold. Strings are latin1: one character a byte. */
export type Value =
  | { readonly type: 'string'; text: string }
  | { readonly type: 'list'; readonly items: string[] }
  | { readonly type: 'set'; readonly members: Set<string> }
  | { readonly type: 'hash'; readonly fields: Map<string, string> }
  | { readonly type: 'zset'; readonly set: SortedSet };

export type ValueType = Value['type'];

/** A key's value and what belongs to the key. */
export interface Entry {
  value: Value;
  /** ms since the epoch, a whole number; the key is gone from that instant on. */
  expireAt: number | undefined;
  /** Rises with each key created: the cursor of SCAN. */
  readonly sequence: number;
  /** The memory account's last estimate, in bytes. */
  size: number;
}

/** Rough memory of an element of a list, set, hash or sorted set. */
const ELEMENT_BYTES = 64;
/** Rough memory of a key without its value. */
const KEY_BYTES = 72;

/** A rough estimate in bytes, cheap for collections: it counts their elements and does not measure them. */
export function estimateSize(key: string, value: Value): number {
  return KEY_BYTES + key.length + (value.type === 'string' ? value.text.length : ELEMENT_BYTES * count(value));
}

/** Elements of a collection; 1 for a string. */
export function count(value: Value): number {
  switch (value.type) {
    case 'string':
      return 1;
    case 'list':
      return value.items.length;
    case 'set':
      return value.members.size;
    case 'hash':
      return value.fields.size;
    default:
      return value.set.size;
  }
}
