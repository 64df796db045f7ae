import type { Database } from './database.ts';
import type { RedisHost } from './types.ts';

/** Eviction policies that this server has. */
export const POLICIES = ['noeviction', 'allkeys-random', 'volatile-random', 'volatile-ttl'] as const;
export type Policy = (typeof POLICIES)[number];

/** An approximate memory account, and eviction when it is over `maxmemory`. */
export class Memory {
  readonly #host: RedisHost;
  readonly #databases: readonly Database[];
  /** Bytes, by a rough estimate of each key. */
  used = 0;
  /** Bytes; 0 for no limit. */
  limit = 0;
  policy: Policy = 'noeviction';

  constructor(host: RedisHost, databases: readonly Database[]) {
    this.#host = host;
    this.#databases = databases;
  }

  /** Evicts until the account is within the limit. False when that cannot be reached. */
  makeRoom(evicted: () => void): boolean {
    while (this.limit > 0 && this.used > this.limit) {
      const victim = this.#victim();
      if (victim === undefined) return false;
      victim.database.remove(victim.key);
      victim.database.notify('e', 'evicted', victim.key);
      evicted();
    }
    return true;
  }

  #victim(): { database: Database; key: string } | undefined {
    if (this.policy === 'noeviction') return undefined;
    const candidates: { database: Database; key: string; expireAt: number | undefined }[] = [];
    for (const database of this.#databases) {
      for (const [key, { expireAt }] of database.entries) {
        if (expireAt !== undefined || this.policy === 'allkeys-random') candidates.push({ database, key, expireAt });
      }
    }
    if (this.policy !== 'volatile-ttl') return candidates[Math.floor(this.#host.random() * candidates.length)];
    let first = candidates[0];
    for (const candidate of candidates) {
      if ((candidate.expireAt ?? Infinity) < (first?.expireAt ?? Infinity)) first = candidate;
    }
    return first;
  }
}
