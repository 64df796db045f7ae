import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WindowLimit } from './window-limit.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

test('counts each key by itself', () => {
  const limit = new WindowLimit(60_000);
  limit.count('a');
  expect([limit.count('a').calls, limit.count('b').calls]).toEqual([2, 1]);
});

test('says how long the window lasts, and begins anew after it', () => {
  const limit = new WindowLimit(60_000);
  limit.count('a');
  vi.advanceTimersByTime(20_000);
  expect(limit.count('a')).toEqual({ calls: 2, resetMs: 40_000 });
  vi.advanceTimersByTime(40_000);
  expect(limit.count('a')).toEqual({ calls: 1, resetMs: 60_000 });
});
