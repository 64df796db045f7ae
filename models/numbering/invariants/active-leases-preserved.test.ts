import { expect, test } from 'vitest';
import type { Evidence } from '../../../contract/index.ts';
import { invariant } from './active-leases-preserved.ts';
import { SUBJECT, change, evidence, operation, said, wall } from './testing.ts';

const validUntil = new Date(wall(90_000)).toISOString();
const told = operation('assign', 1000, { input: { tenantId: 'a' }, result: { leaseId: 'l1', validUntil } });
const row = {
  id: 'l1',
  subject: SUBJECT,
  tenant_id: 'a',
  status: 'ACTIVE',
  created_at: wall(1000),
  ended_at: null,
  valid_until: wall(90_000),
} as const;

/** A run whose fault came at 10 s. */
function after(leases: readonly object[], audit: readonly object[] = [], operations = [told]): Evidence {
  return { ...evidence(operations, { leases, audit } as never), instants: { steady: 0, injected: 10_000 } };
}

test('accepts a lease that is as it was, and one that was given back', () => {
  expect(invariant.check(after([row]))).toEqual({ examined: 1, violations: [] });
  const released = { ...row, status: 'RELEASED' };
  const ended = [change(4, 'released', 20_000, { leaseId: 'l1' })];
  expect(said(invariant.check(after([released], ended)))).toEqual([]);
});

test('asks nothing of leases that nobody was told of before the fault', () => {
  const late = operation('assign', 10_000, { input: { tenantId: 'a' }, result: { leaseId: 'l2', validUntil } });
  expect(invariant.check(after([], [], [late]))).toEqual({ examined: 0, violations: [] });
});

test('takes a validation for what it says', () => {
  const seen = operation('validate', 1000, {
    input: { tenantId: 'a' },
    result: { valid: true, leaseId: 'l1', validUntil },
  });
  expect(said(invariant.check(after([], [], [seen])))).toEqual(['lease l1 of a is gone']);
});

test.each([
  ['a lost lease', [], 'is gone'],
  ['another holder', [{ ...row, tenant_id: 'b' }], "was a's and is b's"],
  ['another end', [{ ...row, valid_until: wall(80_000) }], 'was to end at'],
  ['an end of which no change tells', [{ ...row, status: 'RELEASED' }], 'no change tells of it'],
])('rejects %s', (_, leases, what) => {
  expect(said(invariant.check(after(leases)))).toEqual([expect.stringContaining(what)]);
});

test('finds a planted violation', () => {
  expect(invariant.check(invariant.plant(after([row]))).violations.length).toBe(1);
});
