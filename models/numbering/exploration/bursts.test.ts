import { expect, test } from 'vitest';
import type { Explored, ObservedFault, Operation } from '../../../contract/index.ts';
import { operation } from '../invariants/testing.ts';
import { BURSTS, bursts } from './bursts.ts';
import { explored, fault, refusal, verdict } from './testing.ts';

const reserve = (at: number, parts: Partial<Operation> = refusal('RATE_LIMITED'), tenantId = 'a'): Operation =>
  operation('reserve', at, { input: { tenantId }, ...parts });
/** Told at instants of the run, each of this tenant at this rate. */
const told = (at: number, tenantId = 'a', ratePerMinute = 18, signal = 'RESERVATION_BURST') => ({
  signal,
  tenantId,
  ratePerMinute,
  at: new Date(at).toISOString(),
});
const run = (operations: readonly Operation[], signals: readonly object[], faults: readonly ObservedFault[] = []) =>
  ({
    ...explored(
      operations,
      { topology: BURSTS },
      { signals: signals as never, clock: [{ wall: 0, run: 0, speed: 1 }] },
    ),
    faults,
  }) satisfies Explored;

test.each<[string, Explored, readonly string[]]>([
  ['a refusal that is told', run([reserve(1000)], [told(1005)]), []],
  ['one that is told within the window', run([reserve(1000), reserve(6000)], [told(1005)]), []],
  ['one by each service', run([reserve(1000), reserve(1001)], [told(1005), told(1006)]), []],
  ['one that is not told', run([reserve(1000)], []), ['answers:bursts-are-told']],
  [
    'one of which another is told',
    run([reserve(1000), reserve(1000, refusal('RATE_LIMITED'), 'b')], [told(1005), told(1006)]),
    ['answers:bursts-are-told'],
  ],
  ['one in the next window', run([reserve(1000), reserve(20_000)], [told(1005)]), ['answers:bursts-are-told']],
  ['one that may not have been told', run([reserve(1000)], [], [fault(900, 'numbering-service-1')]), []],
  [
    'one that has nothing to do with what was broken',
    run([reserve(1000)], [], [fault(900, 'postgres')]),
    ['answers:bursts-are-told'],
  ],
  ['told before anybody was refused', run([reserve(9000)], [told(1000), told(9005)]), ['answers:told-of-bursts-only']],
  ['told of who was let in', run([reserve(1000, { outcome: 'ok' })], [told(1005)]), ['answers:told-of-bursts-only']],
  ['told of a rate that is allowed', run([reserve(1000)], [told(1005, 'a', 12)]), ['answers:told-of-bursts-only']],
  [
    'told of something else',
    run([reserve(1000)], [told(1005, 'a', 18, 'LOGIN_BURST')]),
    ['answers:told-of-bursts-only'],
  ],
  [
    'told three times in a window',
    run([reserve(1000)], [told(1005), told(2000), told(3000)]),
    ['answers:told-once-a-window'],
  ],
  ['told in each window', run([reserve(1000), reserve(12_000)], [told(1005), told(1006), told(12_005)]), []],
])('%s', (_, explored, checks) => {
  expect(verdict(bursts, explored)).toEqual(checks);
});

test('elsewhere nobody is told', () => {
  expect(verdict(bursts, explored([reserve(1000)]))).toEqual([]);
});
