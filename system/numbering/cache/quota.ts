/**
 * Quotas: how many reservations or leases a tenant may hold. Counted in Redis; when Redis does not answer, or has only just come back and may have
 * missed changes, by aggregation in PostgreSQL under a lock of the tenant.
 */
import { transactionResults, RedisAway, type RedisLink } from '../../kit/redis-link.ts';
import type { Sql } from '../../kit/postgres.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import { countHoldings, lockHoldings, type Holding } from '../store/holdings.ts';
import { quotaKey } from './keys.ts';

export const QUOTA_AGGREGATION: Safeguard = {
  name: 'quota-aggregation',
  protects: 'quotas hold while Redis is away',
};

/** A place taken under a quota: one of the two is called when the transaction has ended. Neither throws. */
export interface Place {
  readonly taken: boolean;
  /** The change is committed. */
  keep(): Promise<void>;
  /** The change is not made. */
  giveBack(): Promise<void>;
}

const nothing = async (): Promise<void> => {};
const REFUSED: Place = { taken: false, keep: nothing, giveBack: nothing };

export class Quota {
  readonly #redis: RedisLink;
  readonly #safeguards: Safeguards;
  readonly #holding: Holding;
  readonly #lifeMs: number;
  /** Tenants with places that their counter may not know of, and until when it may live; the earliest first. */
  readonly #uncounted = new Map<string, number>();
  readonly limit: number;

  /** @param lifeMs age of a counter before it is counted anew */
  constructor(redis: RedisLink, safeguards: Safeguards, holding: Holding, limit: number, lifeMs: number) {
    this.#redis = redis;
    this.#safeguards = safeguards;
    this.#holding = holding;
    this.limit = limit;
    this.#lifeMs = lifeMs;
  }

  /** Takes a place for one more holding of the tenant, inside the transaction that will add it. */
  async take(sql: Sql, tenantId: string, now: Date): Promise<Place> {
    const aggregation = this.#safeguards.on(QUOTA_AGGREGATION);
    const counted = !this.#countsLess(tenantId) && this.#redis.usableFor(this.#lifeMs);
    if (counted || (this.#redis.usable && !aggregation)) {
      try {
        return await this.#takeInRedis(sql, tenantId, now);
      } catch (error) {
        if (!(error instanceof RedisAway)) throw error;
      }
    }
    if (!aggregation) return { ...REFUSED, taken: true };
    this.#uncounted.delete(tenantId);
    this.#uncounted.set(tenantId, performance.now() + this.#lifeMs);
    await lockHoldings(sql, tenantId);
    if ((await countHoldings(sql, this.#holding, tenantId, now)) >= this.limit) return REFUSED;
    // Other instances may have the counter, and so has this one where the answer was only late.
    const forget = (): Promise<void> => this.forget(tenantId);
    return { taken: true, keep: forget, giveBack: forget };
  }

  /** Whether the tenant's counter may be of before a place that was not counted in it. */
  #countsLess(tenantId: string): boolean {
    const now = performance.now();
    for (const [tenant, until] of this.#uncounted) {
      if (until > now) break;
      this.#uncounted.delete(tenant);
    }
    return this.#uncounted.has(tenantId);
  }

  /** The tenant holds less than before: its counter is counted anew at the next call. */
  async forget(tenantId: string): Promise<void> {
    await this.#redis.attempt((client) => client.del(quotaKey(this.#holding, tenantId)));
  }

  async #takeInRedis(sql: Sql, tenantId: string, now: Date): Promise<Place> {
    const key = quotaKey(this.#holding, tenantId);
    const cached = await this.#redis.run((client) => client.get(key));
    const held = cached ?? String(await countHoldings(sql, this.#holding, tenantId, now));
    // SET NX first: should the counter end between GET and INCR, the INCR must not begin one without an end.
    const count = await this.#redis.run(async (client) => {
      const results = transactionResults(
        await client.multi().set(key, held, 'PX', this.#lifeMs, 'NX').incr(key).exec(),
      );
      return Number(results[1]);
    });
    // A refused call leaves its count behind: it changes nothing for a tenant at its limit, and whatever frees a place deletes the counter.
    if (count > this.limit) return REFUSED;
    return { taken: true, keep: nothing, giveBack: () => this.forget(tenantId) };
  }
}
