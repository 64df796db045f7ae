/** Writes the time of the primary into its one row, so that each standby shows how far it is behind. */
import type pg from 'pg';
import type { Logger } from '../../kit/logging.ts';
import { Periodic } from '../../kit/periodic.ts';
import { isDatabaseAway } from '../../kit/postgres.ts';

/** Beats after which the primary is taken for away. */
const MISSED = 4;

export class Heartbeat {
  readonly #loop: Periodic;
  readonly #periodMs: number;
  #beatAt = Number.NEGATIVE_INFINITY;

  constructor(pool: pg.Pool, periodMs: number, log: Logger) {
    this.#periodMs = periodMs;
    this.#loop = new Periodic('heartbeat', periodMs, log, async () => {
      try {
        await pool.query('UPDATE numbering.heartbeat SET at = clock_timestamp() WHERE only_row');
        this.#beatAt = performance.now();
      } catch (error) {
        if (!isDatabaseAway(error)) throw error;
      }
    });
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** The primary has taken a beat lately. */
  get beats(): boolean {
    return performance.now() - this.#beatAt < MISSED * this.#periodMs;
  }
}
