import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../contract/index.ts';
import { invariant } from './limits-are-per-tenant.ts';
import { evidence, operation, said } from './testing.ts';

const OTHER = reserve(0, 'other');

describe('the rate', () => {
  const sixty = Array.from({ length: 60 }, (_, i) => reserve(i * 900, 'a'));

  test('may refuse whoever made its 60 calls within the minute', () => {
    expect(invariant.check(evidence([OTHER, ...sixty, refused(55_000, 'a', 'RATE_LIMITED')]))).toEqual({
      examined: 62,
      violations: [],
    });
  });

  test('may not refuse another one, nor the same one a minute later', () => {
    const refusals = [refused(55_000, 'b', 'RATE_LIMITED'), refused(70_000, 'a', 'RATE_LIMITED')];
    expect(said(invariant.check(evidence([...sixty, ...refusals])))).toEqual([
      'b was told RATE_LIMITED after at most 0 of its own (calls in a minute)',
      'a was told RATE_LIMITED after at most 48 of its own (calls in a minute)',
    ]);
  });

  test('counts no call that was refused long before', () => {
    const flood = Array.from({ length: 100 }, (_, i) => refused(i * 100, 'a', 'RATE_LIMITED'));
    expect(said(invariant.check(evidence([OTHER, ...flood])))).toHaveLength(100);
  });
});

describe('the quota', () => {
  const held = Array.from({ length: 20 }, (_, i) => reserve(i * 100, 'a'));

  test('may refuse whoever holds its 20 reservations', () => {
    expect(said(invariant.check(evidence([OTHER, ...held, refused(5000, 'a', 'RESERVATION_QUOTA')])))).toEqual([]);
  });

  test('may not refuse another one, nor the same one long after they are over', () => {
    const refusals = [refused(5000, 'b', 'RESERVATION_QUOTA'), refused(60_000, 'a', 'RESERVATION_QUOTA')];
    expect(said(invariant.check(evidence([...held, ...refusals])))).toEqual([
      'b was told RESERVATION_QUOTA after at most 0 of its own (reservations)',
      'a was told RESERVATION_QUOTA after at most 0 of its own (reservations)',
    ]);
  });
});

test('one tenant alone shows nothing', () => {
  expect(invariant.check(evidence([OTHER])).examined).toBe(0);
});

test('a planted violation is found', () => {
  expect(said(invariant.check(invariant.plant(evidence([OTHER, reserve(5, 'a')]))))).toHaveLength(1);
});

function reserve(at: number, tenantId: string): Operation {
  return operation('reserve', at, { input: { tenantId, ttlMs: 10_000 } });
}

function refused(at: number, tenantId: string, error: string): Operation {
  return operation('reserve', at, { input: { tenantId, ttlMs: 10_000 }, outcome: 'fail', error });
}
