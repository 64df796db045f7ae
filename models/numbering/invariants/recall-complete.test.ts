import { expect, test } from 'vitest';
import { invariant } from './recall-complete.ts';
import type { AuditRow, LeaseRow } from './tables.ts';
import { SUBJECT, change, evidence, said } from './testing.ts';

const BY_WORKER = 'job:recall-worker';

test('every lease of the suspended tenant recalled once is complete', () => {
  const found = invariant.check(state([lease('l1', 'RECALLED'), lease('l2', 'ACTIVE', 'b')], [recalled('l1')]));
  expect(found).toEqual({ examined: 2, violations: [] });
});

test('without a suspension nothing is examined', () => {
  expect(invariant.check(state([lease('l1', 'ACTIVE')], [], [])).examined).toBe(0);
});

test('a suspended tenant whose recall never began is a violation', () => {
  expect(said(invariant.check(state([lease('l1', 'ACTIVE')], [])))).toEqual([
    `1 leases of a are left, such as l1 on ${SUBJECT}`,
  ]);
});

test('a lease that the tenant gave back itself is not left', () => {
  expect(said(invariant.check(state([lease('l1', 'RELEASED')], [])))).toEqual([]);
});

test('a lease recalled twice is a violation, unless it was reinstated', () => {
  const twice = [recalled('l1'), recalled('l1', 6)];
  expect(said(invariant.check(state([lease('l1', 'RECALLED')], twice)))).toEqual([
    `lease l1 on ${SUBJECT} was recalled twice`,
  ]);
  const between = change(5, 'reinstated', 0, { leaseId: 'l1' });
  expect(said(invariant.check(state([lease('l1', 'RECALLED')], [...twice, between])))).toEqual([]);
});

test('a lease of another tenant is not to be recalled by the worker; an operator may', () => {
  const others = recalled('l2', 4, 'b');
  const leases = [lease('l2', 'RECALLED', 'b')];
  expect(said(invariant.check(state(leases, [others])))).toEqual([
    `${SUBJECT} of b, which was not suspended, was recalled`,
  ]);
  expect(said(invariant.check(state(leases, [{ ...others, actor: 'operator' }])))).toEqual([]);
});

test('a planted violation is found', () => {
  const planted = invariant.plant(state([lease('l1', 'RECALLED')], [recalled('l1')]));
  expect(said(invariant.check(planted))).toHaveLength(1);
});

function lease(id: string, status: LeaseRow['status'], tenant_id = 'a') {
  return { id, subject: SUBJECT, tenant_id, status };
}

function recalled(leaseId: string, version = 4, tenantId = 'a'): AuditRow {
  return { ...change(version, 'recalled', 0, { leaseId, tenantId }), actor: BY_WORKER };
}

function state(
  leases: readonly object[],
  audit: readonly AuditRow[],
  suspensions: readonly object[] = [{ tenant_id: 'a' }],
) {
  const made = evidence([], { audit });
  return {
    ...made,
    finalState: {
      ...made.finalState,
      leases: leases as Record<string, unknown>[],
      suspensions: suspensions as Record<string, unknown>[],
    },
  };
}
