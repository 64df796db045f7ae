import { expect, test } from 'vitest';
import { invariant } from './no-unverified-alpha.ts';
import type { AuditRow } from './tables.ts';
import { change, evidence, said } from './testing.ts';

const SENDER = 'ALPHA:ACME';

test('a lease that names a recorded answer is verified', () => {
  const found = invariant.check(state([lease(2, 'v1')], [answer('v1')]));
  expect(found).toEqual({ examined: 1, violations: [] });
});

test('leases of other kinds need no answer, and prove nothing', () => {
  expect(invariant.check(state([change(2, 'assigned', 0)], []))).toEqual({ examined: 0, violations: [] });
});

test.each([
  ['no answer', lease(2), [], 'without a positive answer of the registry'],
  ['an answer that was never given', lease(2, 'v9'), [answer('v1')], 'without a positive answer of the registry'],
  ['an answer for another tenant', lease(2, 'v1'), [answer('v1', 'b')], "on the registry's answer about ACME of b"],
  [
    'an answer about another sender id',
    lease(2, 'v1'),
    [answer('v1', 'a', 'OTHER')],
    "on the registry's answer about OTHER of a",
  ],
] as const)('%s is a violation', (_what, leased, answers, how) => {
  expect(said(invariant.check(state([leased], answers)))).toEqual([`${SENDER} was leased to a ${how}`]);
});

test('one answer does not serve two leases', () => {
  const found = invariant.check(state([lease(2, 'v1'), lease(5, 'v1')], [answer('v1')]));
  expect(said(found)).toEqual([`${SENDER} was leased to a on the answer that version 2 rests on`]);
});

test('a planted violation is found', () => {
  expect(said(invariant.check(invariant.plant(state([lease(2, 'v1')], [answer('v1')]))))).toHaveLength(1);
});

function lease(version: number, verificationId?: string): AuditRow {
  const detail = verificationId === undefined ? {} : { verificationId };
  return { ...change(version, 'assigned', 0, detail), subject: SENDER };
}

function answer(id: string, tenant_id = 'a', sender_id = 'ACME') {
  return { id, tenant_id, sender_id };
}

function state(audit: readonly AuditRow[], verifications: readonly object[]) {
  const made = evidence([], { audit });
  return { ...made, finalState: { ...made.finalState, verifications: verifications as Record<string, unknown>[] } };
}
