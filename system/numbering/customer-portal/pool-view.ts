/** What the portal shows of the pool: a page of free identifiers for each kind, kept for a while. */
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';

export const POOL_RELOAD: Safeguard = {
  name: 'portal-pool-reload',
  protects: 'the pool view is loaded anew when a tenant met a conflict',
};

export interface FreeIdentifier {
  readonly kind: string;
  readonly value: string;
  readonly version: number;
}

export interface PoolPage {
  readonly items: readonly FreeIdentifier[];
  /** ms of the epoch. */
  readonly loadedAt: number;
}

export class PoolView {
  readonly #pages = new Map<string, PoolPage>();
  readonly #load: (kind: string) => Promise<readonly FreeIdentifier[]>;
  readonly #safeguards: Safeguards;
  readonly #keepMs: number;

  constructor(load: (kind: string) => Promise<readonly FreeIdentifier[]>, safeguards: Safeguards, keepMs: number) {
    this.#load = load;
    this.#safeguards = safeguards;
    this.#keepMs = keepMs;
  }

  /** The page of a kind, loaded anew when it is too old. @throws what `load` throws */
  async page(kind: string): Promise<PoolPage> {
    const kept = this.#pages.get(kind);
    return kept !== undefined && Date.now() - kept.loadedAt < this.#keepMs ? kept : this.#reload(kind);
  }

  /** A tenant met a conflict: what the portal shows is out of date. */
  async afterConflict(kind: string): Promise<PoolPage> {
    return this.#safeguards.on(POOL_RELOAD) ? this.#reload(kind) : this.page(kind);
  }

  /** Something of the kind was taken or given back through this portal. */
  forget(kind: string): void {
    this.#pages.delete(kind);
  }

  async #reload(kind: string): Promise<PoolPage> {
    const page = { items: await this.#load(kind), loadedAt: Date.now() };
    this.#pages.set(kind, page);
    return page;
  }
}
