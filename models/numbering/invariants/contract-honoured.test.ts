import { expect, test } from 'vitest';
import type { Evidence, Operation } from '../../../contract/index.ts';
import { invariant } from './contract-honoured.ts';
import { evidence, operation, said, wall } from './testing.ts';

const term = { contract_id: 'Roshan', version: 1, effective_until: wall(50_000), filed_at: wall(0) };
const lease = {
  id: 'l1',
  subject: 'MSISDN:+93700000001',
  contract_id: 'Roshan',
  created_at: wall(1000),
  valid_until: wall(50_000),
};

function told(validUntil: number): Operation {
  return operation('assign', 1000, { result: { leaseId: 'l1', validUntil: new Date(wall(validUntil)).toISOString() } });
}

function found(
  leases: readonly object[],
  terms: readonly object[] = [term],
  operations: readonly Operation[] = [],
): Evidence {
  const base = evidence(operations);
  return { ...base, finalState: { ...base.finalState, blockLeases: leases, contractTerms: terms } as never };
}

test('accepts a lease within its term, and one made after the renewal', () => {
  const renewed = { ...term, version: 2, effective_until: wall(90_000), filed_at: wall(60_000) };
  const later = { ...lease, id: 'l2', created_at: wall(61_000), valid_until: wall(90_000) };
  const result = invariant.check(found([lease, later], [term, renewed], [told(50_000)]));
  expect(result).toEqual({ examined: 2, violations: [] });
});

test('accepts a lease that was made under a longer term than the one on file now', () => {
  const shorter = { ...term, version: 2, effective_until: wall(20_000), filed_at: wall(2000) };
  expect(said(invariant.check(found([lease], [term, shorter])))).toEqual([]);
});

const renewal = { ...term, version: 2, effective_until: wall(90_000), filed_at: wall(50_500) };
const late = { ...lease, created_at: wall(50_400), valid_until: wall(90_000) };
const assigned = (parts: Partial<Operation>): Operation =>
  operation('assign', 50_300, {
    completedAt: 50_600,
    result: { leaseId: 'l1', validUntil: new Date(wall(90_000)).toISOString() },
    ...parts,
  });
const filed = (parts: Partial<Operation> = {}): Operation =>
  operation('file-term', 50_490, { completedAt: 50_700, input: { contractId: 'Roshan', version: 2 }, ...parts });

test.each([
  ['by a term that was filed while it was made', [assigned({}), filed()], []],
  ['by one that was filed when nobody knows', [assigned({ outcome: 'info', result: {} }), filed()], []],
  ['before the term was filed', [assigned({ completedAt: 50_350 }), filed()], ['was made at']],
] as const)('a lease is made %s', (_, operations, expected) => {
  const result = said(invariant.check(found([late], [term, renewal], operations)));
  expect(result).toEqual(expected.map((what) => expect.stringContaining(what) as unknown));
});

test('accepts a lease by the longer term while nobody was told that a shorter one is filed', () => {
  const shorter = { ...term, version: 2, effective_until: wall(20_000), filed_at: wall(900) };
  const made = (operations: readonly Operation[]): readonly string[] =>
    said(invariant.check(found([lease], [term, shorter], operations)));
  const filing = { invokedAt: 800, completedAt: 1100 };
  expect(made([filed(filing)])).toEqual([]);
  expect(made([filed({ ...filing, outcome: 'info' })])).toEqual([]);
  expect(made([filed({ ...filing, completedAt: 850 })])).toEqual([expect.stringContaining('is valid until')]);
});

test.each([
  ['an assignment after the end', { ...lease, created_at: wall(50_000), valid_until: wall(50_000) }, 'was made at'],
  ['a lease that outlives its term', { ...lease, valid_until: wall(50_001) }, 'is valid until'],
  ['a contract without a term', { ...lease, created_at: wall(-1) }, 'before contract Roshan had a term'],
])('rejects %s', (_, row, what) => {
  expect(said(invariant.check(found([row])))).toEqual([expect.stringContaining(what)]);
});

test('rejects a lease that was cut short', () => {
  const result = invariant.check(found([{ ...lease, valid_until: wall(40_000) }], [term], [told(50_000)]));
  expect(said(result)).toEqual([expect.stringContaining('was leased until')]);
});

test('examines nothing without leases in blocks, and finds a planted violation', () => {
  expect(invariant.check(evidence([])).examined).toBe(0);
  expect(invariant.check(invariant.plant(found([lease]))).violations.length).toBeGreaterThan(0);
});
