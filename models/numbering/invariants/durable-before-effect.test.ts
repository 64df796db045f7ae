import { describe, expect, test } from 'vitest';
import { invariant } from './durable-before-effect.ts';
import { SUBJECT, change, evidence, eventsOf, operation, released, reservation, reserved, said } from './testing.ts';

const audit = [
  change(2, 'reserved', 0, { reservationId: 'r1' }),
  change(3, 'reservation-released', 1, { reservationId: 'r1' }),
];
const good = {
  audit,
  outbox: eventsOf(audit),
  reservations: [reservation('r1', 0, 'RELEASED', 1)],
  identifiers: [{ subject: SUBJECT, state: 'AVAILABLE', version: 3, tenant_id: null }],
};
const operations = [reserved(0, 'a', 'r1'), released(1000, 'a', 'r1')];

test('accepts successes with their changes, events and rows', () => {
  const found = invariant.check(evidence(operations, good));
  expect(said(found)).toEqual([]);
  expect(found.examined).toBe(4);
});

test.each(['fail', 'info'] as const)('asks nothing of an operation that ended %s', (outcome) => {
  expect(said(invariant.check(evidence([...operations, reserved(0, 'b', 'r9', { outcome })], good)))).toEqual([]);
});

describe('rejects', () => {
  test.each([
    [
      'a success of which nothing is committed',
      [reserved(0, 'a', 'r9', { result: { kind: 'MSISDN', value: '+93700000001', reservationId: 'r9', version: 4 } })],
      good,
      'no such change is committed',
    ],
    ['a success under a version that another one has', [reserved(0, 'b', 'r9')], good, 'reserved instead is committed'],
    [
      'a change without its event',
      operations,
      { ...good, outbox: good.outbox.slice(1) },
      'committed without its event',
    ],
    [
      'an event without its change',
      [],
      { ...good, audit: audit.slice(0, 1), identifiers: [] },
      'an event without its change',
    ],
    [
      'an identifier ahead of what is committed',
      operations,
      { ...good, identifiers: [{ subject: SUBJECT, state: 'RESERVED', version: 4, tenant_id: 'a' }] },
      'AVAILABLE version 3 is committed',
    ],
    ['a reservation without its row', operations, { ...good, reservations: [] }, 'r1 has no row'],
  ])('%s', (_, made, tables, what) => {
    expect(said(invariant.check(evidence(made, tables)))).toContainEqual(expect.stringContaining(what));
  });
});

describe('reservations that a row lets the fault take with it', () => {
  const mayLose = { operations: ['reserve', 'release-reservation'], from: 5000, to: 6000 };
  const checked = (...operations: Parameters<typeof evidence>[0]) =>
    said(invariant.check({ ...evidence(operations), mayLose }));

  test('may be gone when they were open as it began, and so may their release', () => {
    expect(checked(reserved(0, 'a', 'r1'), released(5500, 'a', 'r1'))).toEqual([]);
  });

  test.each([
    ['one that was over before', [reserved(-6000, 'a', 'r1')]],
    ['one that was answered after it', [reserved(6000, 'a', 'r1')]],
    ['the release of one that was over before', [released(5500, 'a', 'r1')]],
  ])('not %s', (_, operations) => {
    expect(checked(...operations)).toContainEqual(expect.stringContaining('no such change is committed'));
  });

  test('and no lease', () => {
    const assigned = operation('assign', 5500, { result: { ...reserved(0, 'a', 'r1').result, leaseId: 'l1' } });
    expect(checked(reserved(0, 'a', 'r1'), assigned)).toHaveLength(1);
  });
});

test('a planted violation is found', () => {
  expect(invariant.check(invariant.plant(evidence(operations, good))).violations).toHaveLength(1);
});

test('an event of a lost race tells of no change', () => {
  const lost = { ...eventsOf([change(2, 'reserved', 0)])[0], subject: 'conflict:1', version: 1 };
  const outbox = [{ ...lost, type: 'numbering.conflict.detected.v1' }] as unknown as ReturnType<typeof eventsOf>;
  expect(said(invariant.check(evidence([], { outbox })))).toEqual([]);
});
