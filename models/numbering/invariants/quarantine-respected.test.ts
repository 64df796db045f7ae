import { describe, expect, test } from 'vitest';
import { invariant } from './quarantine-respected.ts';
import { change, evidence, reserved, returned, said, wall } from './testing.ts';

const until = new Date(wall(60_000)).toISOString();
const rests = change(4, 'released', 0, { quarantineUntil: until });

describe('by the committed changes', () => {
  test.each([
    ['the sweep ends it in time', [rests, change(5, 'quarantine-ended', 60_000), change(6, 'reserved', 61_000)]],
    ['the sweep ends it late', [rests, change(5, 'quarantine-ended', 600_000)]],
    ['the recall is taken back', [{ ...rests, action: 'recalled' }, change(5, 'reinstated', 1000)]],
    ['it was loaded in quarantine', [change(2, 'quarantine-ended', 0)]],
  ])('accepts: %s', (_, audit) => {
    expect(said(invariant.check(evidence([], { audit })))).toEqual([]);
  });

  test.each([
    ['it is leased out of quarantine', [rests, change(5, 'assigned', 90_000)], 'while in quarantine'],
    [
      'it is reserved out of the quarantine it was loaded in',
      [change(2, 'reserved', 0, { from: 'QUARANTINE' })],
      'while in quarantine',
    ],
    [
      'somebody else gives it back',
      [rests, { ...change(5, 'quarantine-ended', 61_000), actor: 'operator' }],
      'not by the sweep',
    ],
    ['the sweep is too early', [rests, change(5, 'quarantine-ended', 59_000)], '1000 ms before its time'],
  ])('rejects: %s', (_, audit, what) => {
    expect(said(invariant.check(evidence([], { audit })))).toEqual([expect.stringContaining(what)]);
  });
});

describe('by what clients were told', () => {
  test('accepts a number got after its time', () => {
    expect(said(invariant.check(evidence([returned(0, 'a', 'l1', 60_000), reserved(60_000, 'b', 'r2')])))).toEqual([]);
  });

  test('rejects a number got before its time', () => {
    const found = invariant.check(evidence([returned(0, 'a', 'l1', 60_000), reserved(59_000, 'b', 'r2')]));
    expect(said(found)).toEqual([expect.stringContaining('which was to rest until')]);
  });
});

test('says how many changes it looked at, and finds a planted violation', () => {
  const good = evidence([], { audit: [rests, change(5, 'quarantine-ended', 60_000)] });
  expect(invariant.check(good)).toEqual({ examined: 2, violations: [] });
  expect(invariant.check(invariant.plant(good)).violations.length).toBeGreaterThan(0);
  expect(invariant.check(evidence([])).examined).toBe(0);
});
