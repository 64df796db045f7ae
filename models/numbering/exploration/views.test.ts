import { expect, test } from 'vitest';
import type { Operation } from '../../../contract/index.ts';
import { operation } from '../invariants/testing.ts';
import { explored, fault, refusal, verdict } from './testing.ts';
import { views } from './views.ts';

const code = (value: string) => ({ kind: 'SHORT_CODE', value });
const item = (value: string, version = 1, state = 'AVAILABLE', more: object = {}) => ({
  ...code(value),
  state,
  version,
  ...more,
});
const lookUp = (at: number, result: object, tenantId = 'a'): Operation =>
  operation('look-up', at, { input: { tenantId, ...code('1') }, result: { ...result } });
const browse = (at: number, items: readonly object[], more: object = {}): Operation =>
  operation('browse', at, { input: { tenantId: 'a', kind: 'SHORT_CODE' }, result: { items, ...more } });
const leased = operation('assign', 1000, { input: { tenantId: 'a', ...code('1') }, result: item('1', 2, 'ASSIGNED') });
/** Leased by `a` at 1 s, given back at 20 s. */
const trail = [
  {
    seq: 1,
    at: 1000,
    actor: 'a',
    action: 'assigned',
    subject: 'SHORT_CODE:1',
    version: 2,
    detail: { from: 'AVAILABLE', to: 'ASSIGNED', tenantId: 'a' },
  },
  {
    seq: 2,
    at: 20_000,
    actor: 'a',
    action: 'released',
    subject: 'SHORT_CODE:1',
    version: 3,
    detail: { from: 'ASSIGNED', to: 'QUARANTINE', tenantId: 'a' },
  },
  {
    seq: 3,
    at: 30_000,
    actor: 'job',
    action: 'quarantine-ended',
    subject: 'SHORT_CODE:1',
    version: 4,
    detail: { from: 'QUARANTINE', to: 'AVAILABLE', tenantId: null },
  },
];
const run = (...operations: readonly Operation[]) =>
  explored(operations, {}, { audit: trail, clock: [{ wall: 0, run: 0, speed: 1 }] });

const own = item('1', 2, 'ASSIGNED', { tenantId: 'a' });
test.each<[string, readonly Operation[], readonly string[]]>([
  ['how it was loaded', [lookUp(500, item('1'))], []],
  ['how it is, to its holder', [lookUp(2000, own)], []],
  ['how it is, to another', [lookUp(2000, item('1', 2, 'ASSIGNED'), 'b')], []],
  ['who holds it, to another', [lookUp(2000, own, 'b')], ['answers:view-is-true']],
  ['its holder not that he holds it', [lookUp(2000, item('1', 2, 'ASSIGNED'))], ['answers:view-is-true']],
  [
    'who held it, when he does not any more',
    [lookUp(25_000, item('1', 3, 'QUARANTINE', { tenantId: 'a' }))],
    ['answers:view-is-true'],
  ],
  ['another state', [lookUp(2000, item('1', 2, 'RESERVED', { tenantId: 'a' }))], ['answers:view-is-true']],
  ['a version that it never had', [lookUp(2000, item('1', 7))], ['answers:view-is-true']],
  ['what it was before anybody was told more', [lookUp(900, item('1')), leased], []],
  ['what it was, after somebody was told more', [leased, lookUp(3000, item('1'))], ['answers:view-is-fresh']],
  ['a page of what is free', [browse(100, [item('1'), item('2')])], []],
  ['on a page what is taken', [browse(2000, [own])], ['answers:view-is-true']],
  ['not what was taken meanwhile', [browse(100, [item('1'), item('2')]), browse(2000, [item('2')])], []],
  ['not what nobody has taken', [browse(100, [item('1'), item('2')]), browse(2000, [])], ['answers:view-is-whole']],
  ['not what has been free again', [browse(40_000, [item('1', 4)]), browse(35_000, [])], ['answers:view-is-whole']],
  ['not what has just become free', [browse(40_000, [item('1', 4)]), browse(30_500, [])], []],
  ['a page that ends before it', [browse(100, [item('1'), item('2')]), browse(500, [item('1')], { next: '1' })], []],
  [
    'nothing to who was refused',
    [operation('look-up', 100, { input: { tenantId: 'a' }, ...refusal('UNAVAILABLE') })],
    [],
  ],
])('%s', (_, operations, checks) => {
  expect(verdict(views, run(...operations))).toEqual(checks);
});

test('the portal keeps a page for a while, which must have been true', () => {
  const kept = (each: Operation): Operation => ({ ...each, input: { ...each.input, kept: true } });
  expect(verdict(views, run(leased, kept(browse(3000, [item('1')]))))).toEqual([]);
  expect(verdict(views, run(leased, kept(browse(3000, [item('1', 9)]))))).toEqual(['answers:view-is-true']);
});

test('nobody knows what a page must show while something is broken, nor what is true when the trail has lost its end', () => {
  const left = run(browse(100, [item('1'), item('2')]), browse(500, []));
  expect(verdict(views, { ...left, faults: [fault(50, 'postgres')] })).toEqual([]);
  const lost = fault(50, 'postgres', 'failover-manager');
  const wrong = run(lookUp(2000, item('1', 7)));
  expect(
    verdict(views, { ...wrong, faults: [{ ...lost, planned: { ...lost.planned, kind: 'storage.primary-lost' } }] }),
  ).toEqual([]);
});
