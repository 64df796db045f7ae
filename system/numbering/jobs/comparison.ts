/**
 * Compares Redis with PostgreSQL: mirror keys against reservation rows, and whether Redis is configured to send expiry events. Reports what it finds,
 * then repairs the keys; rows are the truth.
 */
import type pg from 'pg';
import { Gauge, type Registry } from 'prom-client';
import type { Logger } from '../../kit/logging.ts';
import { RedisAway, type RedisLink } from '../../kit/redis-link.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import { mirroredIds, repairMirror } from '../cache/reservation-mirror.ts';
import { activeReservations, type DatedReservation } from '../store/reservations.ts';

export const KEY_ROW_COMPARISON: Safeguard = {
  name: 'key-row-comparison',
  protects: 'keys and rows that differ, and a Redis that sends no expiry events, are reported',
};

/** What a comparison found. */
export interface Differences {
  /** Active reservations, expired ones included, without a mirror key. */
  readonly missing: readonly DatedReservation[];
  /** Ids of mirror keys without an active reservation. */
  readonly stale: readonly string[];
}

/**
 * The differences between `keys` and `rows`, leaving out what changed within `graceMs`: a key is written just after its row is committed, and
 * removed or expired just before or after the row is ended.
 * @param staleBefore ids of keys that had no row at the last comparison; others get the benefit of the doubt
 */
export function differences(
  keys: ReadonlySet<string>,
  rows: readonly DatedReservation[],
  graceMs: number,
  staleBefore: ReadonlySet<string>,
): Differences & { suspects: ReadonlySet<string> } {
  const known = new Set(rows.map((row) => row.id));
  const missing = rows.filter((row) => {
    const at = row.at.getTime();
    return (
      !keys.has(row.id) && at - row.createdAt.getTime() > graceMs && Math.abs(at - row.expiresAt.getTime()) > graceMs
    );
  });
  const suspects = new Set([...keys].filter((id) => !known.has(id)));
  return { missing, stale: [...suspects].filter((id) => staleBefore.has(id)).toSorted(), suspects };
}

/** True when `flags` (the value of notify-keyspace-events) make Redis publish expiry events on `__keyevent@…`. */
export function sendsExpiryEvents(flags: string): boolean {
  return flags.includes('E') && (flags.includes('x') || flags.includes('A'));
}

export class Comparison {
  readonly #pool: pg.Pool;
  readonly #redis: RedisLink;
  readonly #safeguards: Safeguards;
  readonly #log: Logger;
  readonly #graceMs: number;
  readonly #mismatch: Gauge;
  readonly #finding: Gauge;
  #suspects: ReadonlySet<string> = new Set();

  constructor(
    pool: pg.Pool,
    redis: RedisLink,
    safeguards: Safeguards,
    log: Logger,
    registry: Registry,
    graceMs: number,
  ) {
    this.#pool = pool;
    this.#redis = redis;
    this.#safeguards = safeguards;
    this.#log = log;
    this.#graceMs = graceMs;
    this.#mismatch = new Gauge({
      name: 'numbering_reservation_key_mismatch',
      help: 'Differences between mirror keys in Redis and active reservation rows at the last comparison',
      registers: [registry],
    });
    this.#finding = new Gauge({
      name: 'numbering_config_finding',
      help: 'Checks of the configuration: 1 something is wrong, 0 all is well at the last check',
      labelNames: ['check'],
      registers: [registry],
    });
    this.#finding.set({ check: 'keyspace_notifications' }, 0);
  }

  /** Compares, reports and repairs. While Redis is away nothing can be compared and the last report stands. */
  async run(): Promise<void> {
    if (!this.#safeguards.on(KEY_ROW_COMPARISON)) return;
    try {
      await this.#checkConfiguration();
      await this.#compare();
    } catch (error) {
      if (!(error instanceof RedisAway)) throw error;
      this.#log.info('Redis is away: keys and rows are not compared');
    }
  }

  async #checkConfiguration(): Promise<void> {
    const reply = await this.#redis.run((client) => client.config('GET', 'notify-keyspace-events'));
    const [, flags = ''] = reply as [name?: string, value?: string];
    const wrong = !sendsExpiryEvents(flags);
    this.#finding.set({ check: 'keyspace_notifications' }, wrong ? 1 : 0);
    if (wrong)
      this.#log.warn(
        { flags },
        'finding: notify-keyspace-events of Redis lacks Ex; set it with CONFIG SET notify-keyspace-events Ex',
      );
  }

  async #compare(): Promise<void> {
    const keys = await mirroredIds(this.#redis);
    const rows = await activeReservations(this.#pool);
    const { missing, stale, suspects } = differences(keys, rows, this.#graceMs, this.#suspects);
    this.#suspects = suspects;
    this.#mismatch.set(missing.length + stale.length);
    if (missing.length + stale.length === 0) return;
    this.#log.warn({ missing: missing.length, stale: stale.length }, 'mirror keys and reservation rows differ');
    await repairMirror(this.#redis, this.#safeguards, rows[0]?.at ?? new Date(), missing, stale);
  }
}
