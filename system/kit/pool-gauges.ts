/** How many connections a process has to PostgreSQL, and who waits for one. */
import type pg from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { FollowingPool } from './following-pool.ts';

export interface PoolCounts {
  readonly total: number;
  /** Made and not in use. */
  readonly idle: number;
  /** Callers that wait for one. */
  readonly waiting: number;
}

/** Exports `numbering_pg_pool_connections{state}`: `total`, `idle`, `waiting`. Flat at 0 idle: no connection comes to any use. */
export function exportPoolGauges(registry: Registry, pool: pg.Pool): void {
  registry.registerMetric(
    new Gauge({
      name: 'numbering_pg_pool_connections',
      help: 'Connections of this process to PostgreSQL: all, idle, and callers that wait for one',
      labelNames: ['state'],
      registers: [],
      collect() {
        for (const [state, count] of Object.entries(countsOf(pool))) this.set({ state }, count);
      },
    }),
  );
}

function countsOf(pool: pg.Pool): PoolCounts {
  if (pool instanceof FollowingPool) return pool.counts;
  return { total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
}
