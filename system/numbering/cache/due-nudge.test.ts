import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DueNudge } from './due-nudge.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function nudge() {
  const touched: { at: number; keys: string[] }[] = [];
  const client = {
    exists: async (...keys: string[]) => {
      touched.push({ at: performance.now() - start, keys });
      return 0;
    },
  } as unknown as Redis;
  const start = performance.now();
  return { touched, due: new DueNudge({ attempt: (command) => command(client) }, 250) };
}

test('a due key is touched after its end and within 0.3 s of it, ends that are close together in one command', async () => {
  const { touched, due } = nudge();
  due.add('a', 1000);
  due.add('b', 1010);
  due.add('c', 3000);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(touched.map(({ keys }) => keys)).toEqual([['num:due:a', 'num:due:b'], ['num:due:c']]);
  expect(touched[0]?.at).toBeGreaterThan(1010);
  expect(touched[0]?.at).toBeLessThanOrEqual(1300);
  expect(touched[1]?.at).toBeGreaterThan(3000);
});

test('nothing is touched after the stop', async () => {
  const { touched, due } = nudge();
  due.add('a', 1000);
  due.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(touched).toEqual([]);
});
