import type { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { Safeguards } from '../../kit/safeguards.ts';
import { RATE_PER_TENANT, RESERVE_RATE_LIMIT, ReserveRate } from './reserve-rate.ts';

/** Keeps calls as Redis would, for all instances; `away` makes it unusable. */
class SharedCalls {
  readonly members: { readonly name: string; readonly at: number }[] = [];
  away = false;
  /** A member cannot be taken out in time. */
  slow = false;

  async attempt<T>(command: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    if (this.away) return undefined;
    let added: { name: string; at: number } | undefined;
    const chain = {
      zremrangebyscore: () => chain,
      zadd: (_key: string, at: number, name: string) => {
        added = { name, at };
        return chain;
      },
      zcard: () => chain,
      zrange: () => chain,
      pexpire: () => chain,
      exec: async () => {
        if (added !== undefined) this.members.push(added);
        const first = this.members[0];
        return [0, 1, this.members.length, [[first?.name, String(first?.at)]], 1].map((reply) => [null, reply]);
      },
    };
    let late = false;
    const zrem = async (_key: string, name: string): Promise<void> => {
      late = this.slow;
      this.members.splice(
        this.members.findIndex((member) => member.name === name),
        1,
      );
    };
    const answer = await command({ multi: () => chain, zrem } as unknown as Redis);
    return late ? undefined : answer;
  }
}

test('the call after the limit is told to wait until the oldest one leaves the window', async () => {
  const shared = new SharedCalls();
  const rate = made(shared);
  expect(await refusals(rate, 5)).toEqual([]);
  expect(await rate.count('t')).toBeGreaterThanOrEqual(59_000);
});

test('calls at another instance count, and refused ones do not', async () => {
  const shared = new SharedCalls();
  await refusals(made(shared), 4);
  expect(await refusals(made(shared), 3)).toEqual([2, 3]);
  expect(shared.members).toHaveLength(5);
});

test('a call that was found to be over the limit is refused, also when Redis is slow to forget it', async () => {
  const shared = new SharedCalls();
  await refusals(made(shared), 4);
  shared.slow = true;
  expect(await refusals(made(shared), 3)).toEqual([2, 3]);
});

test('while the count is known to be full a time-out lets no call through', async () => {
  const shared = new SharedCalls();
  await refusals(made(shared), 5);
  const rate = made(shared);
  expect(await refusals(rate, 1)).toEqual([1]);
  shared.away = true;
  expect(await refusals(rate, 2)).toEqual([1, 2]);
});

test('without Redis the process counts by itself, each tenant alone', async () => {
  const shared = new SharedCalls();
  shared.away = true;
  const rate = made(shared);
  expect(await refusals(rate, 6)).toEqual([6]);
  expect(await refusals(rate, 5, 'other')).toEqual([]);
});

test('calls made while Redis was away are not forgotten when it is back', async () => {
  const shared = new SharedCalls();
  const rate = made(shared);
  shared.away = true;
  await refusals(rate, 3);
  shared.away = false;
  expect(await refusals(rate, 3)).toEqual([3]);
});

test('without its safeguards nothing is refused, or one tenant for what another did', async () => {
  expect(await refusals(made(new SharedCalls(), RESERVE_RATE_LIMIT.name), 20)).toEqual([]);
  const rate = made(new SharedCalls(), RATE_PER_TENANT.name);
  await refusals(rate, 5);
  expect(await refusals(rate, 1, 'other')).toEqual([1]);
});

function made(shared: SharedCalls, ...off: string[]): ReserveRate {
  return new ReserveRate(shared, new Safeguards([RESERVE_RATE_LIMIT, RATE_PER_TENANT], off), 5, 60_000);
}

async function refusals(rate: ReserveRate, calls: number, tenant = 't'): Promise<number[]> {
  const refused: number[] = [];
  for (let call = 1; call <= calls; call += 1) if ((await rate.count(tenant)) !== undefined) refused.push(call);
  return refused;
}
