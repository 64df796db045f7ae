import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ExpiryListener } from './expiry-listener.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function listener(release: (ids: readonly string[]) => Promise<number>) {
  const spy = vi.fn(release);
  return { spy, listener: new ExpiryListener(spy, 1000, pino({ level: 'silent' })) };
}

test('events of one moment are released together; other keys are ignored', async () => {
  const { spy, listener: events } = listener(async (ids) => ids.length);
  for (const key of ['num:due:a', 'num:res:a', 'num:due:b', 'num:val:MSISDN:+1', 'num:due:a']) events.expired(key);
  await vi.advanceTimersByTimeAsync(5000);
  expect(spy.mock.calls).toEqual([[['a', 'b']]]);
});

test('what was not yet over is tried once more', async () => {
  const { spy, listener: events } = listener(async () => 0);
  events.expired('num:due:a');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(spy).toHaveBeenCalledTimes(2);
});

test('a failed release does not stop the next', async () => {
  const { spy, listener: events } = listener(async (ids) => {
    if (ids.includes('a')) throw new Error('PostgreSQL is away');
    return ids.length;
  });
  events.expired('num:due:a');
  await vi.advanceTimersByTimeAsync(100);
  events.expired('num:due:b');
  await vi.advanceTimersByTimeAsync(100);
  expect(spy.mock.calls.at(-1)).toEqual([['b']]);
});
