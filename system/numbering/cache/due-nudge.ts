/**
 * Makes expiry events come on time. Redis notices an expired key when it is touched or when its sampling finds it, and among many keys that have an end
 * the sampling takes seconds. So the instance that made a reservation touches its due key just after its end; the event then goes to the cleanup as
 * ever. Best effort: without the touch the event comes later, and without any event the safety-net cron does the work.
 */
import type { RedisLink } from '../../kit/redis-link.ts';
import { dueKey } from './keys.ts';

/** Milliseconds after the end, so that the key is over by Redis' clock too. */
const MARGIN_MS = 20;

export class DueNudge {
  readonly #redis: Pick<RedisLink, 'attempt'>;
  readonly #bucketMs: number;
  readonly #buckets = new Map<number, { ids: string[]; timer: NodeJS.Timeout }>();

  /** @param bucketMs milliseconds of ends that share one touch */
  constructor(redis: Pick<RedisLink, 'attempt'>, bucketMs: number) {
    this.#redis = redis;
    this.#bucketMs = bucketMs;
  }

  /** The due key of the reservation was written, and lives for `lifeMs` from then at most. */
  add(reservationId: string, lifeMs: number): void {
    const now = performance.now();
    const index = Math.ceil((now + lifeMs + MARGIN_MS) / this.#bucketMs);
    const bucket = this.#buckets.get(index);
    if (bucket !== undefined) {
      bucket.ids.push(reservationId);
      return;
    }
    const ids = [reservationId];
    const timer = setTimeout(
      () => {
        this.#buckets.delete(index);
        void this.#redis.attempt((client) => client.exists(...ids.map(dueKey)));
      },
      index * this.#bucketMs - now,
    );
    this.#buckets.set(index, { ids, timer });
  }

  stop(): void {
    for (const { timer } of this.#buckets.values()) clearTimeout(timer);
    this.#buckets.clear();
  }
}
