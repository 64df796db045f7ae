/** What numbering-service has where the database has standbys: a heartbeat, a replica that it reads, and who may be answered from it. */
import type pg from 'pg';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { flag, milliseconds, url } from '../../kit/config.ts';
import type { Logger } from '../../kit/logging.ts';
import { createPoolAt, lastingBegin, type Begin, type PostgresOptions } from '../../kit/postgres.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import { Heartbeat } from './heartbeat.ts';
import { Replica } from './replica.ts';
import { WriteThrottle } from './write-throttle.ts';

export const HOT_PATH_PRIMARY: Safeguard = {
  name: 'hot-path-primary',
  protects: 'validations and lifecycle calls read the primary, never a replica',
};

export const REPORT_REROUTE: Safeguard = {
  name: 'report-reroute',
  protects: 'reports are read from the primary while the replica lags for long',
};

export const QUORUM_CONFIRMATION: Safeguard = {
  name: 'quorum-confirmation',
  protects: 'a change of a lease is answered when the standby in the other region has it too',
};

export const regionalConfig = {
  REGION: z.string().default('kbl'),
  HEARTBEAT: flag(false),
  HEARTBEAT_MS: milliseconds(500),
  REPLICA_DATABASE_URL: url(
    ['postgres', 'postgresql'],
    'postgres://numbering:secret@postgres-replica:5432/numbering',
  ).optional(),
  REPLICA_USE: z.enum(['reports', 'region']).default('reports'),
  REPLICA_POLL_MS: milliseconds(1000),
  REPLICA_LAG_LIMIT_MS: milliseconds(5000),
  REROUTE_AFTER_MS: milliseconds(60_000),
  THROTTLE_AFTER_MS: milliseconds(20_000),
  THROTTLE_RETRY_MS: milliseconds(5000),
};

export type RegionalOptions = PostgresOptions & z.output<z.ZodObject<typeof regionalConfig>>;

export class Regional {
  readonly replica: Replica | undefined;
  readonly throttle: WriteThrottle;
  /** Where the hot path and the lifecycle calls read. */
  readonly hotPath: pg.Pool;
  /** Where a change is decided on, when not where it is made: compare-and-set on the primary has the last word. */
  readonly decisions: pg.Pool | undefined;
  /** How a transaction that changes a lease begins. */
  readonly begin: Begin;
  readonly #heartbeat: Heartbeat;
  readonly #options: RegionalOptions;
  readonly #pool: pg.Pool;
  readonly #safeguards: Safeguards;

  constructor(options: RegionalOptions, pool: pg.Pool, safeguards: Safeguards, registry: Registry, log: Logger) {
    const { REPLICA_DATABASE_URL: at, REPLICA_USE: use } = options;
    this.#options = options;
    this.#pool = pool;
    this.#safeguards = safeguards;
    this.#heartbeat = new Heartbeat(pool, options.HEARTBEAT_MS, log);
    this.replica =
      at === undefined
        ? undefined
        : new Replica(options, createPoolAt(at, options, 'numbering-service/replica', log), registry, log);
    const regional = use === 'region' ? this.replica : undefined;
    this.throttle = new WriteThrottle(regional, () => this.#heartbeat.beats, safeguards, options, registry);
    const stale = !safeguards.on(HOT_PATH_PRIMARY);
    this.hotPath = stale && this.replica !== undefined ? this.replica.pool : pool;
    this.decisions = (stale ? this.replica : regional)?.pool;
    this.begin = safeguards.on(QUORUM_CONFIRMATION) ? lastingBegin(options) : 'BEGIN';
  }

  /** Where reports are read now: the replica, unless it has lagged for long or does not answer, and there is a primary to ask. */
  reports(): { readonly pool: pg.Pool; readonly source: 'replica' | 'primary' } {
    const { replica } = this;
    const lags =
      replica !== undefined &&
      (!replica.reachable || replica.behindForMs > this.#options.REROUTE_AFTER_MS) &&
      (this.#heartbeat.beats || !this.#options.HEARTBEAT) &&
      this.#safeguards.on(REPORT_REROUTE);
    return replica === undefined || lags
      ? { pool: this.#pool, source: 'primary' }
      : { pool: replica.pool, source: 'replica' };
  }

  start(): void {
    if (this.#options.HEARTBEAT) this.#heartbeat.start();
    this.replica?.start();
  }

  async stop(): Promise<void> {
    await this.#heartbeat.stop();
    await this.replica?.stop();
  }
}
