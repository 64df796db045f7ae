import { describe, expect, test } from 'vitest';
import { invariant } from './reservations-expire.ts';
import { change, evidence, reservation, reserved, said } from './testing.ts';

const end = (action: string, at: number): ReturnType<typeof change> => change(3, action, at, { reservationId: 'r1' });

describe('accepts a reservation', () => {
  test.each([
    ['released when it was over', reservation('r1', 0, 'EXPIRED', 10_000), [end('reservation-expired', 10_000)]],
    [
      'released long after it was over: how late is the mitigation',
      reservation('r1', 0, 'EXPIRED', 65_000),
      [end('reservation-expired', 65_000)],
    ],
    ['that became a lease', reservation('r1', 0, 'ASSIGNED', 2000), [end('assigned', 2000)]],
    ['that its tenant released', reservation('r1', 0, 'RELEASED', 2000), [end('reservation-released', 2000)]],
    ['within its life at the end', reservation('r1', 95_000, 'ACTIVE'), []],
    ['just over at the end', reservation('r1', 40_000, 'ACTIVE'), []],
  ])('%s', (_, row, audit) => {
    expect(said(invariant.check(evidence([], { reservations: [row], audit })))).toEqual([]);
  });
});

describe('rejects a reservation', () => {
  const expired = reservation('r1', 0, 'EXPIRED', 10_000);
  test.each([
    [
      'released before its end',
      reservation('r1', 0, 'EXPIRED', 9999),
      [end('reservation-expired', 9999)],
      'released 1 ms before its end',
    ],
    [
      'whose number was given back before its end',
      expired,
      [end('reservation-expired', 9000)],
      'released 1000 ms before',
    ],
    ['never released', reservation('r1', 0, 'ACTIVE'), [], 'not released 90 s after its end'],
    [
      'released twice',
      expired,
      [end('reservation-expired', 10_000), { ...end('reservation-expired', 11_000), version: 5 }],
      'ended 2 times',
    ],
    [
      'released after it became a lease',
      reservation('r1', 0, 'ASSIGNED', 2000),
      [end('assigned', 2000), end('reservation-expired', 10_000)],
      'ended 2 times',
    ],
    ['that is over in its row only', expired, [], 'no change tells of it'],
    [
      'that stands although its number was given back',
      reservation('r1', 95_000, 'ACTIVE'),
      [end('reservation-expired', 96_000)],
      'still there',
    ],
  ])('%s', (_, row, audit, what) => {
    expect(said(invariant.check(evidence([], { reservations: [row], audit })))).toEqual([
      expect.stringContaining(what),
    ]);
  });

  test('with another life than was asked for', () => {
    const made = reserved(0, 'a', 'r1', { input: { tenantId: 'a', ttlMs: 30_000 } });
    const found = invariant.check(
      evidence([made], { reservations: [reservation('r1', 0, 'ACTIVE'), reservation('r1', 95_000, 'ACTIVE')] }),
    );
    expect(said(found)).toContainEqual(expect.stringContaining('asked for 30000 ms'));
  });
});

test('says how many reservations it looked at, and finds a planted violation', () => {
  const good = evidence([], {
    reservations: [reservation('r1', 0, 'EXPIRED', 10_000)],
    audit: [end('reservation-expired', 10_000)],
  });
  expect(invariant.check(good)).toEqual({ examined: 1, violations: [] });
  expect(invariant.check(invariant.plant(good)).violations).toHaveLength(1);
});
