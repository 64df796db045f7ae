/** Gauges of numbering-service that are read from PostgreSQL. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Sql } from '../../kit/postgres.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import { bounded } from '../../kit/bounded.ts';
import { readGauges, type StoreGauges } from '../store/gauges.ts';

export const CLEANUP_LAG_METRIC: Safeguard = {
  name: 'cleanup-lag-metric',
  protects: 'numbering_reservation_cleanup_lag_seconds is exported',
};

/** Whether PostgreSQL answered the last time that it was asked for the gauges. */
export interface GaugeReads {
  readonly answered: () => boolean;
}

/**
 * Gauges from PostgreSQL, read when scraped, at most once in `cacheMs` and for all of them together. While PostgreSQL does not answer they
 * are absent rather than old; no scrape waits longer than `timeoutMs` for it.
 */
export function exportStoreGauges(
  registry: Registry,
  sql: Sql,
  safeguards: Safeguards,
  { cacheMs, timeoutMs }: { readonly cacheMs: number; readonly timeoutMs: number },
): GaugeReads {
  let answered = true;
  const registers = [registry];
  let cached: { at: number; ended: boolean; read: Promise<StoreGauges | undefined> } | undefined;
  const errors = new Counter({
    name: 'numbering_gauge_read_errors_total',
    help: 'Scrapes at which the gauges could not be read from PostgreSQL',
    registers,
  });
  const readOnce = async (): Promise<StoreGauges | undefined> => {
    try {
      const gauges = await bounded(timeoutMs, readGauges(sql), () => new Error('PostgreSQL was late'));
      answered = true;
      return gauges;
    } catch {
      errors.inc();
      answered = false;
      return undefined;
    }
  };
  const read = (): Promise<StoreGauges | undefined> => {
    const now = performance.now();
    if (cached !== undefined && (!cached.ended || now - cached.at < cacheMs)) return cached.read;
    const fresh = { at: now, ended: false, read: readOnce() };
    cached = fresh;
    void fresh.read.then(() => {
      fresh.ended = true;
    });
    return fresh.read;
  };
  const gauge = (name: string, help: string, pick: (gauges: StoreGauges) => number): void => {
    const made = new Gauge({
      name,
      help,
      registers: [],
      async collect() {
        const gauges = await read();
        if (gauges === undefined) this.remove();
        else this.set(pick(gauges));
      },
    });
    registry.registerMetric(made);
  };
  gauge(
    'numbering_reservations_active_total',
    'Reservations not yet released, expired ones included',
    (g) => g.reservationsActive,
  );
  gauge(
    'numbering_quarantine_backlog_total',
    'Identifiers in quarantine past their quarantineUntil',
    (g) => g.quarantineBacklog,
  );
  gauge(
    'numbering_outbox_lag_seconds',
    'Age of the oldest unpublished event, 0 without one',
    (g) => g.outboxLagSeconds,
  );
  registry.registerMetric(
    new Gauge({
      name: 'numbering_pool_available_ratio',
      help: 'Share of the identifiers of a kind that is AVAILABLE, platform-wide',
      labelNames: ['kind'],
      registers: [],
      async collect() {
        const ratio = (await read())?.shortCodesAvailable;
        if (ratio === undefined) this.remove('SHORT_CODE');
        else this.set({ kind: 'SHORT_CODE' }, ratio);
      },
    }),
  );
  if (safeguards.on(CLEANUP_LAG_METRIC)) {
    gauge(
      'numbering_reservation_cleanup_lag_seconds',
      'Age of the oldest expired and unreleased reservation, 0 without one',
      (g) => g.cleanupLagSeconds,
    );
  }
  return { answered: () => answered };
}
