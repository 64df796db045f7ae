import type { Client } from './client.ts';
import type { EventClass } from './notifications.ts';
import { estimateSize, type Entry, type Value } from './values.ts';

/** What a database tells the server. */
export interface DatabaseHooks {
  now(): number;
  notify(kind: EventClass, event: string, key: string, database: number): void;
  /** A key got an expiry. */
  expires(database: number, key: string, at: number): void;
  expired(): void;
  /** The memory account changed by so many bytes. */
  resized(bytes: number): void;
  /** A list or sorted set came to be under a key that clients wait for. */
  ready(database: Database, key: string): void;
}

/** One numbered keyspace. */
export class Database {
  readonly index: number;
  readonly #hooks: DatabaseHooks;
  readonly #entries = new Map<string, Entry>();
  #sequence = 0;
  #expiring = 0;
  /** Clients that WATCH a key. */
  readonly watchers = new Map<string, Set<Client>>();
  /** Clients blocked on a key, first come first. */
  readonly waiting = new Map<string, Client[]>();

  constructor(index: number, hooks: DatabaseHooks) {
    this.index = index;
    this.#hooks = hooks;
  }

  /** Keys, those included whose time has come but whose removal is still to be noticed at this instant. */
  get size(): number {
    return this.#entries.size;
  }

  /** Keys that have an expiry. */
  get expiring(): number {
    return this.#expiring;
  }

  /** Keys in order of creation. */
  get entries(): ReadonlyMap<string, Entry> {
    return this.#entries;
  }

  /** The live entry; removes it first when its time has come. */
  lookup(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry?.expireAt !== undefined && entry.expireAt <= this.#hooks.now()) {
      this.expire(key);
      return undefined;
    }
    return entry;
  }

  /** `lookup` for commands that only read: a miss is an event of its own. */
  read(key: string): Entry | undefined {
    const entry = this.lookup(key);
    if (entry === undefined) this.notify('m', 'keymiss', key);
    return entry;
  }

  /** Adds a key that does not exist. */
  add(key: string, value: Value): Entry {
    const entry: Entry = { value, expireAt: undefined, sequence: (this.#sequence += 1), size: 0 };
    this.#entries.set(key, entry);
    if (this.waiting.has(key)) this.#hooks.ready(this, key);
    this.notify('n', 'new', key);
    return entry;
  }

  /** Sets a key whatever it held; its expiry goes unless `keepExpiry`. */
  replace(key: string, value: Value, keepExpiry = false): void {
    const entry = this.lookup(key);
    if (entry === undefined) {
      this.add(key, value);
    } else {
      entry.value = value;
      if (!keepExpiry) this.setExpiry(key, entry, undefined);
      if (value.type !== 'string' && this.waiting.has(key)) this.#hooks.ready(this, key);
    }
    this.touched(key);
  }

  /** Takes the key out and tells watchers; says nothing of it to subscribers. */
  remove(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.setExpiry(key, entry, undefined);
    this.#entries.delete(key);
    this.#hooks.resized(-entry.size);
    this.touched(key);
    return true;
  }

  /** Removes an expired key and says so. */
  expire(key: string): void {
    this.remove(key);
    this.#hooks.expired();
    this.notify('x', 'expired', key);
  }

  /** `at` in ms since the epoch, or undefined for none. */
  setExpiry(key: string, entry: Entry, at: number | undefined): void {
    this.#expiring += Number(at !== undefined) - Number(entry.expireAt !== undefined);
    entry.expireAt = at;
    if (at !== undefined) this.#hooks.expires(this.index, key, at);
  }

  /** Something changed at `key`: transactions that watch it fail, and its size is estimated again. */
  touched(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      const size = estimateSize(key, entry.value);
      if (size !== entry.size) this.#hooks.resized(size - entry.size);
      entry.size = size;
    }
    const watchers = this.watchers.get(key);
    if (watchers !== undefined) for (const client of watchers) client.watchBroken = true;
  }

  notify(kind: EventClass, event: string, key: string): void {
    this.#hooks.notify(kind, event, key, this.index);
  }

  /** Removes all keys. Returns how many there were. */
  flush(): number {
    const keys = [...this.#entries.keys()];
    for (const key of keys) this.remove(key);
    return keys.length;
  }
}
