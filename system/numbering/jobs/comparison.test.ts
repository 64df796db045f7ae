import { describe, expect, test } from 'vitest';
import type { DatedReservation } from '../store/reservations.ts';
import { differences, sendsExpiryEvents } from './comparison.ts';

const NOW = new Date('2026-01-01T00:10:00Z');
const at = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

/** A reservation made and ending so many seconds from now. */
function row(id: string, made: number, ends: number): DatedReservation {
  return {
    id,
    kind: 'MSISDN',
    value: '+93700000001',
    tenantId: 't',
    status: 'ACTIVE',
    createdAt: at(made),
    expiresAt: at(ends),
    at: NOW,
  };
}

function compare(keys: string[], rows: DatedReservation[], staleBefore: string[] = []) {
  const found = differences(new Set(keys), rows, 5000, new Set(staleBefore));
  return { missing: found.missing.map(({ id }) => id), stale: found.stale, suspects: [...found.suspects] };
}

describe('differences', () => {
  test('none while keys and rows agree', () => {
    expect(compare(['a'], [row('a', -60, 60)])).toEqual({ missing: [], stale: [], suspects: [] });
  });

  test('a reservation without its key, unless it was made or ended a moment ago', () => {
    expect(
      compare([], [row('old', -60, 60), row('new', -4, 60), row('ending', -60, 4), row('ended', -60, -4)]).missing,
    ).toEqual(['old']);
  });

  test('a reservation that should have been released counts: its key is gone, its row is not', () => {
    expect(compare([], [row('late', -60, -6)]).missing).toEqual(['late']);
  });

  test('a key without a row is a suspect the first time and stale the second', () => {
    expect(compare(['x'], [])).toEqual({ missing: [], stale: [], suspects: ['x'] });
    expect(compare(['x'], [], ['x']).stale).toEqual(['x']);
  });
});

test.each([
  ['Ex', true],
  ['xE', true],
  ['AKE', true],
  ['', false],
  ['Kx', false],
  ['Eg$', false],
])('notify-keyspace-events %j sends expiry events on the keyevent channel: %s', (flags, sends) => {
  expect(sendsExpiryEvents(flags)).toBe(sends);
});
