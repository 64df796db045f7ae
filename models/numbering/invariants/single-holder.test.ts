import { describe, expect, test } from 'vitest';
import { invariant } from './single-holder.ts';
import { SUBJECT, change, evidence, operation, released, reservation, reserved, said, wall } from './testing.ts';

const LEASED = {
  input: { tenantId: 'a', reservationId: 'r1' },
  result: { kind: 'MSISDN', value: '+93700000001', leaseId: 'l1' },
};

describe('by what clients were told', () => {
  test.each([
    ['one after the other has expired', [reserved(0, 'a', 'r1'), reserved(10_001, 'b', 'r2')]],
    [
      'one after the other began to give it up',
      [reserved(0, 'a', 'r1'), released(1000, 'a', 'r1'), reserved(1001, 'b', 'r2')],
    ],
    [
      'a release of which nobody knows whether it happened',
      [reserved(0, 'a', 'r1'), released(1000, 'a', 'r1', 'info'), reserved(2000, 'b', 'r2')],
    ],
    [
      'the second one is refused',
      [reserved(0, 'a', 'r1'), reserved(1, 'b', 'r2', { outcome: 'fail', error: 'CONFLICT' })],
    ],
    [
      'the second one never heard',
      [reserved(0, 'a', 'r1'), reserved(1, 'b', 'r2', { outcome: 'info', error: 'TimeoutError' })],
    ],
    ['its own lease follows a reservation', [reserved(0, 'a', 'r1'), operation('assign', 2000, LEASED)]],
    [
      'the clocks were stepped in between',
      [reserved(0, 'a', 'r1'), operation('step-clocks', 500), reserved(1000, 'b', 'r2')],
    ],
  ])('accepts: %s', (_, operations) => {
    expect(said(invariant.check(evidence(operations)))).toEqual([]);
  });

  test.each([
    ['two reservations at once', [reserved(0, 'a', 'r1'), reserved(5, 'b', 'r2')]],
    ['a reservation within the life of another', [reserved(0, 'a', 'r1'), reserved(9000, 'b', 'r2')]],
    ['a reservation of a leased number', [operation('assign', 0, LEASED), reserved(90_000, 'b', 'r2')]],
    [
      'a second holder before the first gives up',
      [reserved(0, 'a', 'r1'), reserved(500, 'b', 'r2'), released(1000, 'a', 'r1')],
    ],
  ])('rejects: %s', (_, operations) => {
    expect(said(invariant.check(evidence(operations)))).toEqual([
      expect.stringMatching(/was given MSISDN:\+93700000001 while .* held it/),
    ]);
  });
});

describe('by the committed changes', () => {
  const first = change(2, 'reserved', 0, { reservationId: 'r1' });
  const r1 = reservation('r1', 0, 'ACTIVE');

  test.each([
    ['a reservation that becomes a lease of its tenant', [first, change(3, 'assigned', 1, { leaseId: 'l1' })]],
    [
      'a reservation after the one before has expired',
      [first, change(3, 'reservation-expired', 1), change(4, 'reserved', 2, { tenantId: 'b', reservationId: 'r2' })],
    ],
    [
      'a lease taken back and reinstated',
      [first, change(3, 'assigned', 1), change(4, 'recalled', 2), change(5, 'reinstated', 3)],
    ],
  ])('accepts: %s', (_, audit) => {
    expect(said(invariant.check(evidence([], { audit, reservations: [r1] })))).toEqual([]);
  });

  test.each([
    [
      'a reservation of a reserved number',
      [first, change(3, 'reserved', 1, { tenantId: 'b' })],
      'reserved for b while a held it',
    ],
    [
      'a lease of a number that another tenant has reserved',
      [first, change(3, 'assigned', 1, { tenantId: 'b' })],
      'assigned for b while a held it',
    ],
    [
      'two changes of one version',
      [first, change(3, 'reservation-expired', 1), { ...change(3, 'reserved', 1), seq: 9 }],
      'two changes of one version',
    ],
  ])('rejects: %s', (_, audit, what) => {
    expect(said(invariant.check(evidence([], { audit, reservations: [r1] })))).toEqual([expect.stringContaining(what)]);
  });

  test('rejects a reservation of which no change tells', () => {
    const reservations = [reservation('r1', 0, 'ASSIGNED', 1), reservation('r2', 0, 'EXPIRED', 10_000, 'b')];
    expect(said(invariant.check(evidence([], { audit: [first], reservations })))).toEqual([
      expect.stringContaining('b holds or held'),
    ]);
  });
});

describe('what ends a hold', () => {
  const other = reserved(20_000, 'b', 'r2');

  test('a replay makes a reservation no longer', () => {
    const first = reserved(0, 'a', 'r1', { outcome: 'info' });
    const replay = { ...reserved(15_000, 'a', 'r1'), input: first.input };
    expect(said(invariant.check(evidence([first, replay, other])))).toEqual([]);
  });

  test.each([
    ['a recall', { name: 'recall', input: { tenantId: 'operator', leaseId: 'l1' } }],
    ['a suspension', { name: 'suspend', input: { tenantId: 'a' } }],
  ])('%s', (_, parts) => {
    const given = operation('assign', 0, { input: { tenantId: 'a' }, result: { ...other.result, leaseId: 'l1' } });
    expect(said(invariant.check(evidence([given, other])))).toHaveLength(1);
    expect(said(invariant.check(evidence([given, operation('x', 15_000, parts), other])))).toEqual([]);
  });
});

test('rejects two that stand at the end', () => {
  const audit = [change(2, 'reserved', 0, { reservationId: 'r1' })];
  const lease = {
    id: 'l1',
    subject: 'SHORT_CODE:4001',
    tenant_id: 'b',
    status: 'ACTIVE',
    ended_at: null,
    valid_until: wall(1_000_000),
  } as const;
  const found = invariant.check(
    evidence([], { audit, reservations: [reservation('r1', 0, 'ACTIVE')], leases: [lease, { ...lease, id: 'l2' }] }),
  );
  expect(said(found)).toEqual(['SHORT_CODE:4001 ends with b and b']);
});

test('says how many identifiers it looked at', () => {
  expect(invariant.check(evidence([])).examined).toBe(0);
  expect(invariant.check(evidence([reserved(0, 'a', 'r1')], { audit: [change(2, 'reserved', 0)] })).examined).toBe(1);
  expect(SUBJECT).toBe('MSISDN:+93700000001');
});

test('a planted violation is found', () => {
  const good = evidence([reserved(0, 'a', 'r1')]);
  expect(said(invariant.check(good))).toEqual([]);
  expect(invariant.check(invariant.plant(good)).violations).toHaveLength(1);
});
