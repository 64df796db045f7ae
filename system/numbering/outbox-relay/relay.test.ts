import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NatsAway } from '../../kit/nats.ts';
import type { Sql } from '../../kit/postgres.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { createRelayMetrics } from './metrics.ts';
import { ORDERED_DRAIN, OUTBOX_HOLD, RELAY_RETRY, Relay } from './relay.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('what is confirmed is noted as published, and each aggregate keeps its order', async () => {
  const { outbox, published, relay } = made([row('a', 1), row('b', 1), row('a', 2)]);
  await running(relay, 10);
  expect(published).toEqual(['a1', 'b1', 'a2']);
  expect(outbox.waiting()).toEqual([]);
});

test('an event that is not confirmed stays, what follows it of its aggregate is not published, and both are tried again', async () => {
  const { outbox, published, nats, relay } = made([row('a', 1), row('a', 2), row('b', 1)]);
  nats.refuses = (id) => id === 'a1';
  await running(relay, 10);
  expect([published, outbox.waiting()]).toEqual([['b1'], ['a1', 'a2']]);
  nats.refuses = () => false;
  await vi.advanceTimersByTimeAsync(1000);
  expect([published, outbox.waiting()]).toEqual([['b1', 'a1', 'a2'], []]);
});

test('without the retry a failure is the end, and liveness tells', async () => {
  const { outbox, nats, relay } = made([row('a', 1)], RELAY_RETRY.name);
  nats.refuses = () => true;
  await running(relay, 10);
  nats.refuses = () => false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(outbox.waiting()).toEqual(['a1']);
  expect(relay.stalled(1_000_000)).toBe('publishing was given up');
});

test('without the hold what was not confirmed counts as published', async () => {
  const { outbox, published, nats, relay } = made([row('a', 1)], OUTBOX_HOLD.name);
  nats.refuses = () => true;
  await running(relay, 10);
  expect([published, outbox.waiting()]).toEqual([[], []]);
});

test('without the order a later version may be published first', async () => {
  const rows = Array.from({ length: 8 }, (_, i) => row('a', i));
  const { published, relay } = made(rows, ORDERED_DRAIN.name);
  await running(relay, 10);
  expect(published).toEqual(['a0', 'a2', 'a4', 'a6', 'a1', 'a3', 'a5', 'a7']);
});

test('nothing is published before the standby has it', async () => {
  const { outbox, published, standby, relay } = made([row('a', 1), row('b', 1)]);
  standby.confirms = false;
  await running(relay, 10);
  expect([published, outbox.waiting()]).toEqual([[], ['a1', 'b1']]);
  standby.confirms = true;
  await vi.advanceTimersByTimeAsync(1000);
  expect(published).toEqual(['a1', 'b1']);
});

test('a relay that does not lead publishes nothing', async () => {
  const { published, relay } = made([row('a', 1)]);
  relay.start();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(published).toEqual([]);
  relay.lead(true);
  await vi.advanceTimersByTimeAsync(10);
  expect(published).toEqual(['a1']);
});

interface Row {
  readonly id: string;
  readonly aggregate: string;
  readonly version: string;
}

function row(aggregate: string, version: number): Row {
  return { id: `${aggregate}${version}`, aggregate, version: String(version) };
}

/** A relay over rows in memory and a stream that confirms what it does not refuse. */
function made(rows: readonly Row[], ...off: string[]) {
  const noted = new Set<string>();
  const published: string[] = [];
  const nats = {
    refuses: (_id: string): boolean => false,
    async publish(_stream: unknown, _subject: string, id: string): Promise<void> {
      if (nats.refuses(id)) throw new NatsAway('not confirmed');
      published.push(id);
    },
  };
  const outbox = { waiting: () => rows.filter(({ id }) => !noted.has(id)).map(({ id }) => id) };
  const sql = {
    async query(text: string, values: unknown[]) {
      if (text.startsWith('UPDATE')) for (const id of values[0] as string[]) noted.add(id);
      const waiting = rows.filter(({ id }) => !noted.has(id)).slice(0, Number(values[0]));
      return { rows: waiting.map((each) => ({ ...each, type: 't', payload: {}, created_at: new Date(0) })) };
    },
  } as unknown as Sql;
  const config = { RELAY_BATCH: 100, RELAY_POLL_MS: 5000, RELAY_BACKOFF_MIN_MS: 250, RELAY_BACKOFF_MAX_MS: 5000 };
  const safeguards = new Safeguards([OUTBOX_HOLD, RELAY_RETRY, ORDERED_DRAIN], off);
  const metrics = createRelayMetrics(new Registry());
  const standby = { confirms: true };
  const confirm = async (): Promise<void> => {
    if (!standby.confirms) throw new Error('not confirmed');
  };
  const relay = new Relay(config, sql, confirm, nats, safeguards, metrics, pino({ level: 'silent' }));
  return { outbox, published, nats, standby, relay };
}

async function running(relay: Relay, ms: number): Promise<void> {
  relay.lead(true);
  relay.start();
  await vi.advanceTimersByTimeAsync(ms);
}
