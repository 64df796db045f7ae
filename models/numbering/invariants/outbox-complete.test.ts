import { expect, test } from 'vitest';
import { invariant } from './outbox-complete.ts';
import type { OutboxRow } from './tables.ts';
import { SUBJECT, change, evidence, eventsOf, said } from './testing.ts';

const changes = [change(2, 'reserved', 0), change(3, 'assigned', 10), change(4, 'released', 20)];
const outbox = eventsOf(changes);

test('events that are in the stream are there, and examined', () => {
  expect(invariant.check(state(outbox, outbox))).toEqual({ examined: 3, violations: [] });
});

test('an event that is held is not lost, and may be in the stream already', () => {
  const held = outbox.map((row) => ({ ...row, published: false }));
  expect(said(invariant.check(state(held, [])))).toEqual([]);
  expect(said(invariant.check(state(held, held.slice(1))))).toEqual([]);
});

test('an event that comes twice is one event', () => {
  expect(said(invariant.check(state(outbox, [...outbox, ...outbox])))).toEqual([]);
});

test('an event that was noted as published and is not in the stream is lost', () => {
  expect(said(invariant.check(state(outbox, outbox.slice(1))))).toEqual([
    `${SUBJECT} version 2, numbering.identifier.reserved.v1: noted as published, and not in the stream`,
  ]);
});

test('an event that is another one in the stream is a violation', () => {
  const [first, ...rest] = outbox;
  const other = { ...first!, version: 9 };
  expect(said(invariant.check(state(outbox, [other, ...rest])))).toEqual([
    `${SUBJECT} version 2, numbering.identifier.reserved.v1: the stream has ${SUBJECT} version 9, numbering.identifier.reserved.v1 in its place`,
  ]);
});

test('an event that is in the stream alone is invented', () => {
  expect(said(invariant.check(state(outbox, [...outbox, { ...outbox[0]!, id: 'other' }])))).toEqual([
    `${SUBJECT} version 2, numbering.identifier.reserved.v1: in the stream as 4, and not in the outbox`,
  ]);
});

test('a change without an event is a violation', () => {
  expect(said(invariant.check(state(outbox.slice(1), outbox.slice(1))))).toEqual([
    `${SUBJECT} version 2, reserved: it has no event in the outbox`,
  ]);
});

test('a planted violation is found', () => {
  expect(said(invariant.check(invariant.plant(state(outbox, outbox))))).toHaveLength(1);
});

function state(rows: readonly OutboxRow[], stream: readonly OutboxRow[]) {
  const made = evidence([], { audit: changes, outbox: rows });
  const published = stream.map(({ id, subject, version, type }, at) => ({
    sequence: at + 1,
    id,
    subject,
    version,
    type,
  }));
  return { ...made, finalState: { ...made.finalState, published } };
}
