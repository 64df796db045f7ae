import { expect, test } from 'vitest';
import { drawn } from './jitter.ts';

test('a latency lies evenly within its jitter, and is never negative', () => {
  expect([0, 0.5, 0.999].map((share) => drawn(100, 20, () => share))).toEqual([80, 100, 120]);
  expect(drawn(5, 20, () => 0)).toBe(0);
});
