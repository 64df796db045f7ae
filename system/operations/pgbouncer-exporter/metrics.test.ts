import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { PoolLine } from './console.ts';
import { PoolerMetrics } from './metrics.ts';

const line = (parts: Partial<PoolLine> = {}): PoolLine => ({
  database: 'numbering',
  user: 'app',
  cl_active: 5,
  cl_waiting: 2,
  sv_active: 3,
  sv_idle: 1,
  sv_used: 1,
  maxwait: 0,
  maxwait_us: 0,
  ...parts,
});

const stats = (queries: number, waitedMicros: number) => [
  { database: 'numbering', total_query_count: queries, total_wait_time: waitedMicros },
];

/** The value of a sample; undefined: it is absent. */
async function value(registry: Registry, name: string): Promise<number | undefined> {
  const text = await registry.metrics();
  const found = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

test('the greatest wait of all looks since the last scrape is exported once', async () => {
  const registry = new Registry();
  const metrics = new PoolerMetrics(registry);
  metrics.looked([line({ maxwait: 2, maxwait_us: 500_000 })], stats(0, 0));
  metrics.looked([line()], stats(0, 0));
  expect(await value(registry, 'pgbouncer_pools_client_maxwait_seconds')).toBe(2.5);
  expect(await value(registry, 'pgbouncer_pools_client_maxwait_seconds')).toBe(0);
});

test('gauges are of the last look; used servers are free ones', async () => {
  const registry = new Registry();
  const metrics = new PoolerMetrics(registry);
  metrics.looked([line()], stats(0, 0));
  expect(await value(registry, 'pgbouncer_pools_client_waiting_connections')).toBe(2);
  expect(await value(registry, 'pgbouncer_pools_server_idle_connections')).toBe(2);
});

test('totals grow, and begin anew with another life of the pooler', async () => {
  const registry = new Registry();
  const metrics = new PoolerMetrics(registry);
  metrics.looked([line()], stats(10, 500_000));
  metrics.looked([line()], stats(15, 750_000));
  metrics.looked([line()], stats(2, 250_000));
  expect(await value(registry, 'pgbouncer_stats_queries_pooled_total')).toBe(17);
  expect(await value(registry, 'pgbouncer_stats_client_wait_seconds_total')).toBe(1);
});

test('a console that does not answer is no figure', async () => {
  const registry = new Registry();
  const metrics = new PoolerMetrics(registry);
  metrics.looked([line()], stats(1, 0));
  metrics.away();
  expect(await value(registry, 'pgbouncer_up')).toBe(0);
  expect(await value(registry, 'pgbouncer_pools_client_waiting_connections')).toBeUndefined();
});
