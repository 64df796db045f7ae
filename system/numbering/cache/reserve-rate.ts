/** Rate limit of Reserve for each tenant: counted in Redis for all instances, and in this process for when Redis is away. */
import { transactionResults, type RedisLink } from '../../kit/redis-link.ts';
import { WindowLimit } from '../../kit/window-limit.ts';
import { reserveRateKey } from './keys.ts';

export class ReserveRate {
  readonly #redis: Pick<RedisLink, 'attempt'>;
  readonly #local: WindowLimit;
  readonly #windowMs: number;
  readonly limit: number;

  constructor(redis: Pick<RedisLink, 'attempt'>, limit: number, windowMs: number) {
    this.#redis = redis;
    this.#local = new WindowLimit(windowMs);
    this.#windowMs = windowMs;
    this.limit = limit;
  }

  /** Counts a call; gives the milliseconds to wait when it is over the limit, undefined when it may go on. */
  async count(tenantId: string): Promise<number | undefined> {
    const local = this.#local.count(tenantId); // always, so that an outage of Redis does not begin with an empty count
    const key = reserveRateKey(tenantId);
    const shared = await this.#redis.attempt(async (client) => {
      const results = transactionResults(
        await client.multi().set(key, '0', 'PX', this.#windowMs, 'NX').incr(key).pttl(key).exec(),
      );
      return { calls: Number(results[1]), resetMs: Number(results[2]) };
    });
    // Each count alone proves too many calls; the shared one misses those made while Redis was away, the local one those of other instances.
    const waits = [local, ...(shared === undefined ? [] : [shared])]
      .filter(({ calls }) => calls > this.limit)
      .map(({ resetMs }) => resetMs);
    return waits.length === 0 ? undefined : Math.max(1, ...waits);
  }
}
