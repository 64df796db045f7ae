import type pg from 'pg';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Safeguards } from '../../kit/safeguards.ts';
import { Replica } from './replica.ts';
import { WRITE_THROTTLE, WriteThrottle } from './write-throttle.ts';

const START = Date.UTC(2026, 0, 1);
const log = pino({ level: 'silent' });

beforeEach(() => vi.useFakeTimers({ now: START, toFake: ['Date', 'setInterval', 'clearInterval', 'performance'] }));
afterEach(() => vi.useRealTimers());

test('the age of the heartbeat is the lag, as of the look', async () => {
  const { replica, beat, registry } = standby();
  beat(START);
  replica.start();
  await vi.advanceTimersByTimeAsync(100);
  beat(START + 600);
  await vi.advanceTimersByTimeAsync(1000);
  expect(replica.lagMs).toBe(400);
  expect(await registry.metrics()).toContain('pg_replication_lag_seconds 0.4');
});

test('a standby that does not answer falls behind with the time that passes', async () => {
  const { replica, beat } = standby();
  beat(START);
  replica.start();
  await vi.advanceTimersByTimeAsync(0);
  beat(undefined);
  await vi.advanceTimersByTimeAsync(9000);
  expect(replica.reachable).toBe(false);
  expect(replica.lagMs).toBe(9000);
  expect(replica.behindForMs).toBe(3000);
});

test('a lag lasts from the first look beyond the limit, and ends with one within it', async () => {
  const { replica, beat } = standby();
  beat(START);
  replica.start();
  await vi.advanceTimersByTimeAsync(16_000);
  expect(replica.behindForMs).toBe(10_000);
  beat(START + 16_500);
  await vi.advanceTimersByTimeAsync(1000);
  expect(replica.behindForMs).toBe(0);
});

test.each([
  ['writes are refused when the region has lagged for long', [], true, true],
  ['not while the primary itself is away', [], false, false],
  ['not without the safeguard', ['write-throttle'], true, false],
])('%s', async (_, off, primaryAnswers, closed) => {
  const { replica, beat, registry } = standby();
  const safeguards = new Safeguards([WRITE_THROTTLE], off);
  const options = { THROTTLE_AFTER_MS: 20_000, THROTTLE_RETRY_MS: 5000 };
  const throttle = new WriteThrottle(replica, () => primaryAnswers, safeguards, options, registry);
  beat(START);
  replica.start();
  await vi.advanceTimersByTimeAsync(26_000);
  expect(throttle.closed).toBe(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(throttle.closed).toBe(closed);
  if (closed) expect(() => throttle.admit()).toThrow('takes no writes');
  else expect(() => throttle.admit()).not.toThrow();
});

/** A replica whose standby shows the heartbeat that it is told; undefined: it does not answer. */
function standby() {
  let at: number | undefined;
  const pool = {
    query: async () => {
      if (at === undefined) throw new Error('away');
      return { rows: [{ at: new Date(at) }] };
    },
  } as unknown as pg.Pool;
  const registry = new Registry();
  const options = { REPLICA_USE: 'reports', REPLICA_POLL_MS: 1000, REPLICA_LAG_LIMIT_MS: 5000 } as const;
  const beat = (next: number | undefined): void => {
    at = next;
  };
  return { replica: new Replica(options, pool, registry, log), beat, registry };
}
