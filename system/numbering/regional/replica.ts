/** A standby of the database that this process reads, and how far it is behind. */
import type pg from 'pg';
import { Gauge, type Registry } from 'prom-client';
import type { Logger } from '../../kit/logging.ts';
import { Periodic } from '../../kit/periodic.ts';

export interface ReplicaOptions {
  readonly REPLICA_USE: 'reports' | 'region';
  readonly REPLICA_POLL_MS: number;
  /** More is a lag that lasts. */
  readonly REPLICA_LAG_LIMIT_MS: number;
}

const METRIC = {
  reports: { name: 'pg_replication_lag_seconds', help: 'How far the replica is behind the primary' },
  region: {
    name: 'numbering_cross_region_lag_seconds',
    help: 'How far the standby in this region is behind the primary in the other',
  },
} as const;

/**
 * Follows the age of the heartbeat on the standby. A standby that does not answer is as far behind as it was, and further with
 * the time that passes.
 */
export class Replica {
  readonly pool: pg.Pool;
  readonly #limitMs: number;
  readonly #loop: Periodic;
  /** Before it nothing is known: the row of a database that was loaded just now is as old as its data. */
  readonly #watchedSince = Date.now();
  /** Instant of the last heartbeat that was seen, ms of the epoch. */
  #beat = this.#watchedSince;
  #lag = 0;
  #reachable = true;
  #behindSince: number | undefined;

  constructor(options: ReplicaOptions, pool: pg.Pool, registry: Registry, log: Logger) {
    this.pool = pool;
    this.#limitMs = options.REPLICA_LAG_LIMIT_MS;
    this.#loop = new Periodic('replica-lag', options.REPLICA_POLL_MS, log, () => this.#look());
    registry.registerMetric(
      new Gauge({
        ...METRIC[options.REPLICA_USE],
        registers: [],
        collect: function collect(this: Gauge): void {
          this.set(lagSeconds());
        },
      }),
    );
    const lagSeconds = (): number => this.lagMs / 1000;
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.pool.end();
  }

  /** As last looked at, ms. */
  get lagMs(): number {
    return this.#reachable ? this.#lag : Math.max(0, Date.now() - this.#beat);
  }

  /** For how long it has been further behind than the limit, ms; 0: it is not. */
  get behindForMs(): number {
    return this.#behindSince === undefined ? 0 : performance.now() - this.#behindSince;
  }

  get reachable(): boolean {
    return this.#reachable;
  }

  async #look(): Promise<void> {
    try {
      const { rows } = await this.pool.query<{ at: Date }>('SELECT at FROM numbering.heartbeat');
      this.#reachable = true;
      const at = rows[0]?.at.getTime();
      if (at === undefined) return;
      this.#beat = Math.max(at, this.#watchedSince);
      this.#lag = Math.max(0, Date.now() - this.#beat);
    } catch {
      this.#reachable = false;
    }
    if (this.lagMs <= this.#limitMs) this.#behindSince = undefined;
    else this.#behindSince ??= performance.now();
  }
}
