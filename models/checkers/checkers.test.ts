import { expect, test } from 'vitest';
import type { Operation } from '../../contract/index.ts';
import {
  atMostOnce,
  bank,
  boundedStaleness,
  counter,
  exactlyOnce,
  logPatterns,
  monotonicVersions,
  noDuplicate,
  noLoss,
  orderPerKey,
  setVisibility,
  uniqueHolder,
} from './index.ts';
import type { Checked } from './index.ts';
import { history } from './testing/operations.ts';

type At = { readonly invokedAt: number; readonly completedAt: number };
const at = (invokedAt: number, completedAt = invokedAt + 1): At => ({ invokedAt, completedAt });
const publish = (value: number, more: object = {}): Operation =>
  one({ name: 'publish', input: { key: 'k', value }, ...more });
const consume = (value: number, more: object = {}): Operation =>
  one({ name: 'consume', result: { key: 'k', value }, ...more });
const one = (part: { name: string } & Partial<Operation>): Operation => history(part)[0] as Operation;
const lock = (name: string, process: string, when: At): Operation =>
  one({ name, process, input: { key: 'k' }, ...when });
const version = (name: string, seen: number, when: At, process = 'p'): Operation =>
  one({ name, process, input: { key: 'k' }, result: { version: seen }, ...when });
const keyed = (name: string, outcome: Operation['outcome'] = 'ok'): Operation =>
  one({ name, outcome, input: { key: 'k' } });
const add = (value: number, when: At, outcome: Operation['outcome'] = 'ok'): Operation =>
  one({ name: 'add', input: { value }, outcome, ...when });
const read = (value: unknown, when: At): Operation => one({ name: 'read', result: { value }, ...when });
const balances = (a: number, b: number): Operation => one({ name: 'read', result: { balances: { a, b } } });
const bound = (operations: readonly Operation[]): Checked => boundedStaleness(operations, { boundMs: 10 });
const visible = (operations: readonly Operation[]): Checked => setVisibility(operations, { latencyMs: 10 });
const hundred = (operations: readonly Operation[]): Checked => bank(operations, { total: 100 });
const info = { outcome: 'info' } as const;

test.each<[string, Checked]>([
  ['no loss: all that was confirmed', noLoss([publish(1), publish(2), consume(2), consume(1)])],
  ['no loss: a publish of which nobody knows', noLoss([publish(1), consume(1), publish(2, info)])],
  [
    'no duplicate: published twice, consumed twice',
    noDuplicate([publish(1), publish(1, info), consume(1), consume(1)]),
  ],
  [
    'order: publishes that overlap',
    orderPerKey([publish(1, at(0, 5)), publish(2, at(3, 6)), consume(2, at(7)), consume(1, at(9))]),
  ],
  [
    'order: two keys',
    orderPerKey([
      publish(1, at(0)),
      one({ name: 'publish', input: { key: 'l', value: 2 }, ...at(3) }),
      one({ name: 'consume', result: { key: 'l', value: 2 }, ...at(5) }),
      consume(1, at(9)),
    ]),
  ],
  [
    'holder: one after the other',
    uniqueHolder([lock('acquire', 'p', at(0)), lock('release', 'p', at(5)), lock('acquire', 'q', at(5))]),
  ],
  [
    'holder: after the life of the first',
    uniqueHolder([{ ...lock('acquire', 'p', at(0)), input: { key: 'k', ttlMs: 10 } }, lock('acquire', 'q', at(9, 10))]),
  ],
  [
    'staleness: within the bound',
    bound([
      version('write', 1, at(0)),
      version('write', 2, at(10)),
      version('read', 1, at(20)),
      version('read', 2, at(22)),
    ]),
  ],
  [
    'monotonic: reads that overlap',
    monotonicVersions([version('read', 1, at(0)), version('read', 2, at(1, 5)), version('read', 1, at(4, 6))]),
  ],
  ['at most once', atMostOnce([keyed('request'), keyed('effect')])],
  ['exactly once: asked twice', exactlyOnce([keyed('request', 'info'), keyed('request'), keyed('effect')])],
  ['exactly once: nobody knows', exactlyOnce([keyed('request', 'info')])],
  [
    'counter: an add that may not have happened',
    counter([add(1, at(0)), add(5, at(2), 'info'), read(1, at(9)), read(6, at(11))]),
  ],
  ['bank', hundred([balances(100, 0), balances(40, 60)])],
  ['set: shown in time', visible([add(1, at(0)), read([], at(5)), read([1], at(12))])],
  ['logs', logPatterns({ service: ['{"level":"info","msg":"ready"}', 'connection refused'] })],
])('accepted: %s', (_, result) => {
  expect(result).toMatchObject({ verdict: 'ok' });
  expect(result.examined).toBeGreaterThan(0);
});

test.each<[string, Checked, string]>([
  ['no loss', noLoss([publish(1), publish(2), consume(1)]), '"k" 2 was confirmed and never consumed'],
  [
    'no duplicate',
    noDuplicate([publish(1), consume(1), consume(1)]),
    '"k" 1 was consumed 2 times and published 1 times',
  ],
  [
    'no duplicate: of nobody',
    noDuplicate([publish(1), consume(3)]),
    '"k" 3 was consumed 1 times and published 0 times',
  ],
  ['order', orderPerKey([publish(1, at(0)), publish(2, at(3)), consume(2, at(5)), consume(1, at(9))]), 'overtook'],
  [
    'holder',
    uniqueHolder([lock('acquire', 'p', at(0)), lock('acquire', 'q', at(3)), lock('release', 'p', at(5))]),
    'q was given "k" while p held it',
  ],
  [
    'staleness',
    bound([version('write', 1, at(0)), version('write', 2, at(10)), version('read', 1, at(21))]),
    '10 ms after a later one was confirmed',
  ],
  ['monotonic', monotonicVersions([version('read', 2, at(0)), version('read', 1, at(3))]), 'version 1 after version 2'],
  ['at most once', atMostOnce([keyed('request'), keyed('effect'), keyed('effect')]), '"k" took effect 2 times'],
  ['exactly once: none', exactlyOnce([keyed('request')]), '"k" took effect 0 times, expected 1'],
  [
    'exactly once: refused',
    exactlyOnce([keyed('request', 'fail'), keyed('effect')]),
    '"k" took effect 1 times, expected 0',
  ],
  ['counter', counter([add(1, at(0)), read(0, at(5))]), 'read 0, expected 1 to 1'],
  ['bank: lost', hundred([balances(90, 0)]), 'saw 90 in all, expected 100'],
  ['bank: below zero', hundred([balances(110, -10)]), 'saw -10 on b'],
  [
    'set: late',
    visible([add(1, at(0)), read([], at(12)), read([1], at(15))]),
    '1 was missing 11 ms after it was confirmed',
  ],
  ['set: of nobody', visible([read([7], at(12))]), 'saw 7, which nobody had added'],
  ['logs: a rejection', logPatterns({ service: ['UnhandledPromiseRejection: boom'] }), 'service, line 1: Unhandled'],
  [
    'logs: a crash',
    logPatterns({ service: ['Error: boom', '    at f (x.ts:1:1)', '', 'Node.js v24.1.0'] }),
    'service, line 4',
  ],
  ['logs: as pino writes it', logPatterns({ s: ['ok', '{"level":"fatal","msg":"unhandled rejection"}'] }), 's, line 2'],
])('refused: %s', (_, result, what) => {
  expect(result).toMatchObject({ verdict: 'illegal', first: { what: expect.stringContaining(what) as unknown } });
});

test('the worst of several findings is named beside the first and the last, in the order of time', () => {
  const reads = [
    version('write', 9, at(0)),
    version('read', 8, at(13)),
    version('read', 3, at(40)),
    version('read', 8, at(20)),
  ];
  const result = bound(reads);
  expect(result).toMatchObject({ verdict: 'illegal', count: 3, first: { by: 2 }, worst: { by: 29 }, last: { by: 29 } });
});

test.each<[string, Checked]>([
  ['no loss', noLoss([])],
  ['order', orderPerKey([publish(1)])],
  ['staleness', bound([version('read', 1, at(0))])],
  ['logs', logPatterns({ service: [] })],
])('of nothing there is no verdict: %s', (_, result) => {
  expect(result).toMatchObject({ verdict: 'unknown', examined: 0 });
});

test('a missing message is in doubt when a consumption of unknown outcome may have taken it', () => {
  expect(noLoss([publish(1), one({ name: 'consume', ...info })])).toMatchObject({ verdict: 'unknown', examined: 1 });
});

test('an operation without the fields of its words is named', () => {
  expect(() => noLoss([one({ name: 'publish', input: { key: 'k' } })])).toThrow(
    'operation 0, publish: expected a field value, found none',
  );
});
