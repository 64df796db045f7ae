import { expect, test } from 'vitest';
import { invariant } from './events-in-order.ts';
import { evidence, said } from './testing.ts';

test('versions that rise are in order, identifier by identifier', () => {
  expect(invariant.check(stream('a2', 'b5', 'a3', 'b6', 'a4'))).toEqual({ examined: 5, violations: [] });
});

test('a version after a later one is a violation', () => {
  expect(said(invariant.check(stream('a2', 'a4', 'b1', 'a3')))).toEqual([
    'a version 3 came as 4, after version 4 as 2',
  ]);
});

test('an event that comes again is not out of order', () => {
  expect(said(invariant.check(stream('a2', 'a3', 'a2', 'a4')))).toEqual([]);
});

test('an empty stream proves nothing', () => {
  expect(invariant.check(stream())).toEqual({ examined: 0, violations: [] });
});

test('a planted violation is found', () => {
  expect(said(invariant.check(invariant.plant(stream('a2', 'b5'))))).toHaveLength(1);
});

/** `a2`: version 2 of identifier `a`. */
function stream(...names: readonly string[]) {
  const made = evidence([]);
  const published = names.map((name, at) => ({
    sequence: at + 1,
    id: name,
    subject: name.charAt(0),
    version: Number(name.slice(1)),
    type: 'numbering.identifier.reserved.v1',
  }));
  return { ...made, finalState: { ...made.finalState, published } };
}
