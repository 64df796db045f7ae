import { Registry } from 'prom-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../kit/logging.ts';
import { NotYet } from '../../kit/nats-consumer.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { DISPATCH_FAIL_CLOSED, Dispatcher, HOLD_TIME_LIMIT } from './dispatcher.ts';
import type { Verdict } from './lease-validator.ts';
import type { Status } from './messages.ts';

const message = {
  messageId: 'm1',
  tenantId: 't1',
  from: { kind: 'MSISDN', value: '+93700000001' },
  to: '+93799999999',
  text: 'hello',
  acceptedAt: '2026-01-01T00:00:00.000Z',
};
const validation = { leaseId: 'l1', version: 3, source: 'cache', readAgeMs: 5 };

let states: string[];
let dispatched: unknown[];
let last: Status | undefined;
let handed: Status | undefined;
beforeEach(() => {
  states = [];
  dispatched = [];
  last = undefined;
  handed = undefined;
});

const dispatcher = (verdict: Verdict, off: readonly string[] = []): Dispatcher =>
  new Dispatcher({
    config: { HOLD_MS: 60_000, HOLD_RETRY_MS: 5000, HOLD_RETRY_MAX_MS: 20_000 },
    log: createLogger('test', 'silent'),
    registry: new Registry(),
    safeguards: new Safeguards([DISPATCH_FAIL_CLOSED, HOLD_TIME_LIMIT], off),
    validator: { validate: async () => verdict },
    store: {
      last: async () => last,
      handedOver: async () => handed,
      set: async ({ state, reason }) => void states.push(reason === undefined ? state : `${state} ${reason}`),
      dispatch: async (_message, status) => {
        dispatched.push(status.validation);
        states.push(status.state);
      },
    },
  });
const fresh = { count: 1, storedAt: new Date() };
const old = { count: 9, storedAt: new Date(Date.now() - 61_000) };

test('a valid lease: dispatched with the validation it rests on', async () => {
  await dispatcher({ kind: 'valid', validation }).handle(message, fresh);
  expect(states).toEqual(['EVALUATING', 'DISPATCHED']);
  expect(dispatched).toEqual([validation]);
});

test('an invalid lease: dead, with the reason', async () => {
  await dispatcher({ kind: 'invalid', reason: 'LEASE_EXPIRED' }).handle(message, fresh);
  expect(states).toEqual(['EVALUATING', 'DEAD_LETTER lease_lease_expired']);
});

describe('numbering-service cannot tell', () => {
  test('the message is held and comes again', async () => {
    await expect(dispatcher({ kind: 'unavailable' }).handle(message, fresh)).rejects.toThrow(NotYet);
    expect(states).toEqual(['EVALUATING']);
  });

  test('after the hold time it is dead', async () => {
    await dispatcher({ kind: 'unavailable' }).handle(message, old);
    expect(states).toEqual(['DEAD_LETTER numbering_unavailable']);
  });

  test('without the limit it is held for ever', async () => {
    const held = dispatcher({ kind: 'unavailable' }, ['hold-time-limit']).handle(message, old);
    await expect(held).rejects.toThrow(NotYet);
  });

  test('without fail-closed it is dispatched unvalidated', async () => {
    await dispatcher({ kind: 'unavailable' }, ['dispatch-fail-closed']).handle(message, fresh);
    expect(dispatched).toEqual([null]);
  });
});

test('a held message is looked at ever less often, and once more when its time is over', async () => {
  const delayOf = async (count: number, ageMs: number): Promise<number> => {
    last = undefined;
    const delivery = { count, storedAt: new Date(Date.now() - ageMs) };
    const error: unknown = await dispatcher({ kind: 'unavailable' })
      .handle(message, delivery)
      .catch((thrown: unknown) => thrown);
    return (error as NotYet).delayMs;
  };
  expect(await delayOf(1, 0)).toBe(5000);
  expect(await delayOf(3, 20_000)).toBe(15_000);
  expect(await delayOf(9, 30_000)).toBe(20_000);
  expect(await delayOf(9, 59_000)).toBeLessThanOrEqual(1000);
});

test('a message that has ended is not handled again', async () => {
  last = { messageId: 'm1', tenantId: 't1', state: 'DISPATCHED', at: '2026-01-01T00:00:01.000Z' };
  await dispatcher({ kind: 'valid', validation }).handle(message, { ...fresh, count: 2 });
  expect(dispatched).toEqual([]);
  // Nor by a consumer that was made anew, which counts from one.
  await dispatcher({ kind: 'valid', validation }).handle(message, fresh);
  expect([dispatched, states]).toEqual([[], []]);
});

test.each<Verdict>([{ kind: 'valid', validation }, { kind: 'invalid', reason: 'NOT_LEASED' }, { kind: 'unavailable' }])(
  'a message that was handed over stays dispatched, although that was not kept: its lease is $kind now',
  async (verdict) => {
    last = { messageId: 'm1', tenantId: 't1', state: 'EVALUATING', at: '2026-01-01T00:00:01.000Z' };
    handed = { ...last, state: 'DISPATCHED', validation };
    await dispatcher(verdict).handle(message, old);
    expect([dispatched, states]).toEqual([[], ['DISPATCHED']]);
  },
);
