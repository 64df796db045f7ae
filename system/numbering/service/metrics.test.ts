import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { Safeguards } from '../../kit/safeguards.ts';
import type { Sql } from '../../kit/postgres.ts';
import { createMetrics } from './metrics.ts';
import { CLEANUP_LAG_METRIC, exportStoreGauges } from './store-gauges.ts';

const NOW = Date.now();
const ROW = { active: '7', oldest_expired: new Date(NOW - 3000), backlog: '2', oldest_event: null, at: new Date(NOW) };

/** A database whose every query gives one row of gauges, or fails. */
function database(answer: () => Record<string, unknown>): Sql & { queries: number } {
  return {
    queries: 0,
    async query<Row extends pg.QueryResultRow>() {
      this.queries += 1;
      return { rows: [answer()] } as unknown as pg.QueryResult<Row>;
    },
  };
}

const on = new Safeguards([CLEANUP_LAG_METRIC], []);

async function samples(registry: Registry): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('every metric of numbering-service that a rule uses exists before the first request; the ratio is absent without traffic', async () => {
  const registry = new Registry();
  const metrics = createMetrics(registry, 5000);
  exportStoreGauges(
    registry,
    database(() => ROW),
    on,
    { cacheMs: 1000, timeoutMs: 500 },
  );
  const rules = parse(readFileSync(join(import.meta.dirname, '../alerts/reservations.yaml'), 'utf8')) as {
    groups: { rules: { expr: string }[] }[];
  };
  const used = new Set(
    rules.groups.flatMap((group) => group.rules.flatMap((rule) => rule.expr.match(/numbering_\w+/g) ?? [])),
  );
  expect(used.size).toBeGreaterThan(5);
  const ofJobs = ['numbering_reservation_key_mismatch'];
  const exported = new Set((await samples(registry)).map((line) => line.split(/[ {]/)[0]));
  const absent = [...used].filter((name) => !exported.has(name) && !ofJobs.includes(name));
  expect(absent).toEqual(['numbering_redis_cache_hit_ratio']);
  metrics.cacheLookup(false);
  expect(await samples(registry)).toContain('numbering_redis_cache_hit_ratio 0');
});

test('the gauges of one scrape come from one query, and a second scrape within the cache time makes none', async () => {
  const registry = new Registry();
  const sql = database(() => ROW);
  exportStoreGauges(registry, sql, on, { cacheMs: 60_000, timeoutMs: 500 });
  const lines = await samples(registry);
  expect(lines).toContain('numbering_reservations_active_total 7');
  expect(lines).toContain('numbering_quarantine_backlog_total 2');
  expect(lines).toContain('numbering_outbox_lag_seconds 0');
  expect(
    Number(lines.find((line) => line.startsWith('numbering_reservation_cleanup_lag_seconds '))?.split(' ')[1]),
  ).toBeGreaterThanOrEqual(3);
  await samples(registry);
  expect(sql.queries).toBe(1);
});

test('while PostgreSQL does not answer the gauges are absent, not old', async () => {
  const registry = new Registry();
  let away = false;
  const sql = database(() => {
    if (away) throw new Error('away');
    return ROW;
  });
  const reads = exportStoreGauges(registry, sql, on, { cacheMs: 0, timeoutMs: 500 });
  expect(await samples(registry)).toContain('numbering_reservations_active_total 7');
  away = true;
  const lines = await samples(registry);
  expect(lines.filter((line) => line.startsWith('numbering_reservations_active_total'))).toEqual([]);
  expect(await samples(registry)).toContain('numbering_gauge_read_errors_total 1');
  expect(reads.answered()).toBe(false);
});

test('a scrape does not wait for a PostgreSQL that hangs', async () => {
  const registry = new Registry();
  const reads = exportStoreGauges(registry, { query: () => new Promise<never>(() => {}) }, on, {
    cacheMs: 0,
    timeoutMs: 20,
  });
  expect((await samples(registry)).filter((line) => line.startsWith('numbering_outbox_lag_seconds'))).toEqual([]);
  expect(reads.answered()).toBe(false);
});

test('with cleanup-lag-metric off only the lag is missing', async () => {
  const registry = new Registry();
  exportStoreGauges(
    registry,
    database(() => ROW),
    new Safeguards([CLEANUP_LAG_METRIC], ['cleanup-lag-metric']),
    { cacheMs: 1000, timeoutMs: 500 },
  );
  const text = (await samples(registry)).join('\n');
  expect(text).not.toContain('numbering_reservation_cleanup_lag_seconds');
  expect(text).toContain('numbering_reservations_active_total 7');
});
