/**
 * Rate limit of Reserve for each tenant, in any stretch of the window: kept in Redis for all instances, and in this process
 * for when Redis is away.
 */
import { randomUUID } from 'node:crypto';
import { transactionResults, type RedisLink } from '../../kit/redis-link.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import { SlidingLimit } from '../../kit/sliding-limit.ts';
import { reserveRateKey } from './keys.ts';

export const RESERVE_RATE_LIMIT: Safeguard = {
  name: 'reserve-rate-limit',
  protects: 'a tenant makes at most RESERVE_LIMIT Reserve calls in RESERVE_LIMIT_WINDOW_MS',
};

export const RATE_PER_TENANT: Safeguard = {
  name: 'rate-per-tenant',
  protects: 'each tenant has a count of its own; without it one for all',
};

/** Whom calls are counted for when tenants are not told apart. */
const EVERYBODY = 'all';

export class ReserveRate {
  readonly #redis: Pick<RedisLink, 'attempt'>;
  readonly #safeguards: Safeguards;
  readonly #local: SlidingLimit;
  readonly #windowMs: number;
  /** By whom is counted, the instant until which the shared count was full when it last answered. */
  readonly #fullUntil = new Map<string, number>();
  readonly limit: number;

  constructor(redis: Pick<RedisLink, 'attempt'>, safeguards: Safeguards, limit: number, windowMs: number) {
    this.#redis = redis;
    this.#safeguards = safeguards;
    this.#local = new SlidingLimit(limit, windowMs);
    this.#windowMs = windowMs;
    this.limit = limit;
  }

  /** Counts a call; gives the milliseconds to wait when it is over the limit, undefined when it may go on. */
  async count(tenantId: string): Promise<number | undefined> {
    if (!this.#safeguards.on(RESERVE_RATE_LIMIT)) return undefined;
    const whose = this.#safeguards.on(RATE_PER_TENANT) ? tenantId : EVERYBODY;
    // Each count alone proves too many calls; the shared one misses those made while Redis was away, the local one those of other instances.
    const local = this.#local.take(whose);
    if (!local.taken) return Math.max(1, local.waitMs);
    const call = randomUUID();
    const shared = await this.#shared(whose, call);
    const waitMs = shared === undefined ? this.#lastKnown(whose) : this.#remember(whose, shared);
    if (waitMs <= 0) return undefined;
    local.giveBack();
    // After a time-out too: Redis may have counted it all the same. What was decided stands, however long this takes.
    await this.#redis.attempt((client) => client.zrem(reserveRateKey(whose), call));
    return Math.max(1, waitMs);
  }

  /** How long the count is full, as of its last answer: a time-out in the middle of a flood must not let a call through. */
  #lastKnown(whose: string): number {
    return (this.#fullUntil.get(whose) ?? 0) - performance.now();
  }

  #remember(whose: string, waitMs: number): number {
    const now = performance.now();
    for (const [key, until] of this.#fullUntil) if (until <= now) this.#fullUntil.delete(key);
    if (waitMs > 0) this.#fullUntil.set(whose, now + waitMs);
    else this.#fullUntil.delete(whose);
    return waitMs;
  }

  /**
   * One member for each call let through, scored by its time. Two calls at once may each find the other's and both be refused, never both
   * let through. Gives the milliseconds to wait, 0 when the call may go on, undefined when Redis did not answer.
   */
  async #shared(whose: string, call: string): Promise<number | undefined> {
    const key = reserveRateKey(whose);
    return this.#redis.attempt(async (client) => {
      const now = Date.now();
      const results = transactionResults(
        await client
          .multi()
          .zremrangebyscore(key, '-inf', now - this.#windowMs)
          .zadd(key, now, call)
          .zcard(key)
          .zrange(key, '0', '0', 'WITHSCORES')
          .pexpire(key, this.#windowMs)
          .exec(),
      );
      if (Number(results[2]) <= this.limit) return 0;
      return Math.max(1, firstScore(results[3], now) + this.#windowMs - now);
    });
  }
}

/** Of ZRANGE … WITHSCORES: [member, score] in RESP2, [[member, score]] in RESP3. */
function firstScore(reply: unknown, otherwise: number): number {
  const score = Number((reply as unknown[]).flat()[1]);
  return Number.isNaN(score) ? otherwise : score;
}
