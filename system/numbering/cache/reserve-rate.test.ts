import type { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { ReserveRate } from './reserve-rate.ts';

/** Counts calls as Redis would, for all instances; `away` makes it unusable. */
class SharedCount {
  calls = 0;
  away = false;

  async attempt<T>(command: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    if (this.away) return undefined;
    const chain = {
      set: () => chain,
      incr: () => chain,
      pttl: () => chain,
      exec: async () => {
        this.calls += 1;
        return [
          [null, null],
          [null, this.calls],
          [null, 40_000],
        ];
      },
    };
    return command({ multi: () => chain } as unknown as Redis);
  }
}

async function refusals(rate: ReserveRate, calls: number, tenant = 't'): Promise<number[]> {
  const refused: number[] = [];
  for (let call = 1; call <= calls; call += 1) if ((await rate.count(tenant)) !== undefined) refused.push(call);
  return refused;
}

test('the call after the limit is told to wait for the end of the window', async () => {
  const rate = new ReserveRate(new SharedCount(), 5, 60_000);
  expect(await refusals(rate, 5)).toEqual([]);
  expect(await rate.count('t')).toBeGreaterThanOrEqual(40_000);
});

test('calls at another instance count', async () => {
  const shared = new SharedCount();
  shared.calls = 4;
  expect(await refusals(new ReserveRate(shared, 5, 60_000), 3)).toEqual([2, 3]);
});

test('without Redis the process counts by itself, each tenant alone', async () => {
  const shared = new SharedCount();
  shared.away = true;
  const rate = new ReserveRate(shared, 5, 60_000);
  expect(await refusals(rate, 6)).toEqual([6]);
  expect(await refusals(rate, 5, 'other')).toEqual([]);
});

test('calls made while Redis was away are not forgotten when it is back', async () => {
  const shared = new SharedCount();
  const rate = new ReserveRate(shared, 5, 60_000);
  shared.away = true;
  await refusals(rate, 3);
  shared.away = false;
  expect(await refusals(rate, 3)).toEqual([3]);
});
