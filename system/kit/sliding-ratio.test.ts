import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SlidingRatio } from './sliding-ratio.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

test('is absent without traffic', () => {
  expect(new SlidingRatio(5000).value()).toBeUndefined();
});

test('is the share of hits', () => {
  const ratio = new SlidingRatio(5000);
  for (const hit of [true, true, true, false]) ratio.record(hit);
  expect(ratio.value()).toBe(0.75);
});

test('falls to 0 within one window after the last hit, and is absent one window after the last call', () => {
  const ratio = new SlidingRatio(5000);
  ratio.record(true);
  for (let i = 0; i < 25; i += 1) {
    vi.advanceTimersByTime(200);
    ratio.record(false);
  }
  expect(ratio.value()).toBe(0);
  vi.advanceTimersByTime(4400);
  expect(ratio.value()).toBe(0);
  vi.advanceTimersByTime(600);
  expect(ratio.value()).toBeUndefined();
});

test('keeps a hit for at least nine tenths of the window', () => {
  const ratio = new SlidingRatio(5000);
  vi.advanceTimersByTime(499);
  ratio.record(true);
  vi.advanceTimersByTime(4500);
  expect(ratio.value()).toBe(1);
});
