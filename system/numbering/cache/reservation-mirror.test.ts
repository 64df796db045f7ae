import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Safeguards } from '../../kit/safeguards.ts';
import type { Reservation } from '../store/reservations.ts';
import { RESERVATION_KEY_TTL, mirrorMade } from './reservation-mirror.ts';

const LIFE_MS = 60_000;
const SLOW_MS = 700;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A Redis to which a command takes SLOW_MS, and what is left of the key's life when it has come. */
function slowRedis() {
  const keys: { name: string; endsAt: number }[] = [];
  const written: { name: string; lifeMs: number }[] = [];
  const transaction = {
    set: (name: string, _value: string, _px: string, lifeMs: number) => (written.push({ name, lifeMs }), transaction),
    del: () => transaction,
    exec: async () => {
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      keys.push(...written.map(({ name, lifeMs }) => ({ name, endsAt: Date.now() + lifeMs })));
      return written.map(() => [null, 'OK']);
    },
  };
  return { keys, client: { multi: () => transaction } as unknown as Redis };
}

const reservation = (): Reservation => ({
  id: 'r-1',
  kind: 'MSISDN',
  value: '+93701000001',
  tenantId: 't-1',
  status: 'ACTIVE',
  expiresAt: new Date(Date.now() + LIFE_MS),
});

test('a due key is nudged for after its own end, however slow the way to Redis is', async () => {
  const { keys, client } = slowRedis();
  const nudges: { id: string; endsAt: number }[] = [];
  const dueNudge = { add: (id: string, lifeMs: number) => void nudges.push({ id, endsAt: Date.now() + lifeMs }) };
  const made = mirrorMade(
    { attempt: (command) => command(client) },
    new Safeguards([RESERVATION_KEY_TTL], []),
    dueNudge,
    reservation(),
  );
  await vi.advanceTimersByTimeAsync(2 * SLOW_MS);
  await made;
  const due = keys.find(({ name }) => name === 'num:due:r-1');
  expect(due?.endsAt).toBe(nudges[0]?.endsAt);
  expect(nudges.map(({ id }) => id)).toEqual(['r-1']);
});

test('nobody nudges for a key that Redis did not take', async () => {
  const nudges: string[] = [];
  const dueNudge = { add: (id: string) => void nudges.push(id) };
  await mirrorMade(
    { attempt: async () => undefined },
    new Safeguards([RESERVATION_KEY_TTL], []),
    dueNudge,
    reservation(),
  );
  expect(nudges).toEqual([]);
});
