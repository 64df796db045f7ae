import { expect, test } from 'vitest';
import { parseDuration } from './duration.ts';

test.each([
  ['15 ms', 15],
  ['30s', 30_000],
  ['1.5m', 90_000],
  ['3 min', 180_000],
  ['24h', 86_400_000],
  ['2d', 172_800_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['30', 's', 'immediate', '5 weeks', '-3s', ''])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});
