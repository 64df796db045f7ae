/** A pool whose connections lead to the primary, whichever server that is. */
import pg from 'pg';
import type { Logger } from './logging.ts';
import type { PoolCounts } from './pool-gauges.ts';
import { PrimaryLocator, type PrimaryOptions } from './primary.ts';

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: unknown) => void,
) => void;

/**
 * One pool for each candidate, of which only the primary's is used. After a change the former primary's idle connections are
 * closed, and those in use when they are given back: a transaction under way ends or fails where it began.
 */
export class FollowingPool extends pg.Pool {
  readonly #make: (connectionString: string) => pg.Pool;
  readonly #candidates: ReadonlyMap<string, string>;
  readonly #locator: PrimaryLocator;
  readonly #pools = new Map<string, pg.Pool>();

  /** @param make makes a pool as a service without failover has it */
  constructor(
    options: PrimaryOptions & { readonly FAILOVER_MANAGER_URL: string },
    log: Logger,
    make: (connectionString: string) => pg.Pool,
  ) {
    super({ max: 0 });
    this.#make = make;
    this.#candidates = options.DATABASE_CANDIDATES ?? new Map();
    this.#locator = new PrimaryLocator(options, log, (primary) => this.#changed(primary));
    this.#locator.start();
  }

  #changed(primary: string | undefined): void {
    for (const [name, pool] of this.#pools) {
      if (name === primary) continue;
      this.#pools.delete(name);
      pool.end().catch(() => {}); // its server has gone
    }
  }

  /** @throws NoPrimaryError */
  #current(): pg.Pool {
    const name = this.#locator.primary;
    let pool = this.#pools.get(name);
    if (pool === undefined) {
      const connectionString = this.#candidates.get(name);
      if (connectionString === undefined) throw new Error(`DATABASE_CANDIDATES does not say where ${name} is`);
      pool = this.#make(connectionString);
      this.#pools.set(name, pool);
    }
    return pool;
  }

  // pg.Pool's own `query` goes through `connect` with a callback.
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.PoolClient> | void {
    let pool: pg.Pool;
    try {
      pool = this.#current();
    } catch (error) {
      if (callback === undefined) return Promise.reject(error);
      callback(error as Error, undefined, () => {});
      return undefined;
    }
    if (callback === undefined) return pool.connect();
    pool.connect(callback as Parameters<pg.Pool['connect']>[0]);
    return undefined;
  }

  /** Connections to all candidates. */
  get counts(): PoolCounts {
    const pools = [...this.#pools.values()];
    const sum = (read: (pool: pg.Pool) => number): number => pools.reduce((total, pool) => total + read(pool), 0);
    return {
      total: sum((pool) => pool.totalCount),
      idle: sum((pool) => pool.idleCount),
      waiting: sum((pool) => pool.waitingCount),
    };
  }

  override async end(): Promise<void> {
    this.#locator.stop();
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }
}
