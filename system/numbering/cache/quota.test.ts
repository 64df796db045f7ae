import { expect, test, vi } from 'vitest';
import { RedisAway, type RedisLink } from '../../kit/redis-link.ts';
import type { Sql } from '../../kit/postgres.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { Quota, QUOTA_AGGREGATION } from './quota.ts';

const LIFE_MS = 10_000;
const NOW = new Date('2026-01-01T00:00:00Z');

/** A database where the tenant holds so many, and a Redis with a counter, or none. */
function stores(held: number, counter?: number) {
  const made = { held, counter, late: false };
  const client = {
    get: async () => (made.counter === undefined ? null : String(made.counter)),
    del: async () => void (made.counter = undefined),
    multi: () => ({
      set: (_key: string, value: string) => ({
        incr: () => ({
          async exec() {
            made.counter = (made.counter ?? Number(value)) + 1;
            return [
              [null, 'OK'],
              [null, made.counter],
            ];
          },
        }),
      }),
    }),
  };
  const run = async (command: (redis: typeof client) => Promise<unknown>): Promise<unknown> => {
    if (made.late) throw new RedisAway('late');
    return command(client);
  };
  const redis = {
    usable: true,
    usableFor: () => true,
    run,
    attempt: (command: (redis: typeof client) => Promise<unknown>) => run(command).catch(() => undefined),
  } as unknown as RedisLink;
  const sql = { query: async () => ({ rows: [{ held: String(made.held) }] }) } as unknown as Sql;
  const quota = (): Quota => new Quota(redis, new Safeguards([QUOTA_AGGREGATION], []), 'leases', 2, LIFE_MS);
  /** One call that adds a holding where there is a place. */
  const add = async (instance: Quota): Promise<boolean> => {
    const place = await instance.take(sql, 't', NOW);
    if (place.taken) {
      made.held += 1;
      await place.keep();
    }
    return place.taken;
  };
  return { made, sql, quota, add };
}

test('a late answer gives no place too many, although the counter could not be deleted', async () => {
  const { made, quota, add } = stores(1, 1);
  const instance = quota();
  made.late = true;
  expect(await add(instance)).toBe(true);
  made.late = false;
  expect(await add(instance)).toBe(false);
});

test('what was not counted is counted by other instances too: the counter is made anew after the commit', async () => {
  const { made, sql, quota, add } = stores(1, 1);
  made.late = true;
  const place = await quota().take(sql, 't', NOW);
  expect(place.taken).toBe(true);
  made.held += 1;
  made.late = false;
  await place.keep();
  expect(made.counter).toBeUndefined();
  expect(await add(quota())).toBe(false);
});

test('after the life of a counter it is asked again', async () => {
  const { made, quota, add } = stores(0, 0);
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  const instance = quota();
  made.late = true;
  await add(instance);
  made.late = false;
  now.mockReturnValue(LIFE_MS);
  await add(instance);
  expect(made.counter).toBe(1);
  now.mockRestore();
});
