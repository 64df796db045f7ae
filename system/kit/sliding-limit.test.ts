import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SlidingLimit } from './sliding-limit.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

const taken = (limit: SlidingLimit, key = 'a'): boolean => limit.take(key).taken;

test('counts each key by itself', () => {
  const limit = new SlidingLimit(2, 60_000);
  expect([taken(limit), taken(limit), taken(limit), taken(limit, 'b')]).toEqual([true, true, false, true]);
});

test('in no stretch of a window are more than the limit let through', () => {
  const limit = new SlidingLimit(2, 60_000);
  const through: number[] = [];
  for (let at = 0; at < 300_000; at += 7000) {
    if (taken(limit)) through.push(at);
    vi.advanceTimersByTime(7000);
  }
  expect(through.length).toBeGreaterThan(8);
  for (const at of through)
    expect(through.filter((other) => other >= at && other < at + 60_000).length).toBeLessThanOrEqual(2);
});

test('says when the oldest call leaves the window, and refused calls do not put that off', () => {
  const limit = new SlidingLimit(1, 60_000);
  limit.take('a');
  vi.advanceTimersByTime(20_000);
  expect(limit.take('a')).toEqual({ taken: false, waitMs: 40_000 });
  vi.advanceTimersByTime(40_000);
  expect(taken(limit)).toBe(true);
});

test('a call that was given back does not count', () => {
  const limit = new SlidingLimit(1, 60_000);
  const first = limit.take('a');
  if (first.taken) first.giveBack();
  expect(taken(limit)).toBe(true);
});
