/** Turns expiry events of Redis into releases: gathers events for a moment, and waits where an event came before the reservation's own end. */
import type { Logger } from '../../kit/logging.ts';
import { DUE_PREFIX } from '../cache/keys.ts';

/** Milliseconds in which events are gathered into one release. */
const GATHER_MS = 50;

export class ExpiryListener {
  readonly #release: (ids: readonly string[]) => Promise<number>;
  readonly #againMs: number;
  readonly #log: Logger;
  #gathered = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  /**
   * @param release releases those of `ids` that are over and gives how many it released
   * @param againMs after which an id is tried once more: clocks of Redis and of this process may differ by a little
   */
  constructor(release: (ids: readonly string[]) => Promise<number>, againMs: number, log: Logger) {
    this.#release = release;
    this.#againMs = againMs;
    this.#log = log;
  }

  /** A key has expired. Keys of other kinds are ignored. */
  expired(key: string): void {
    if (!key.startsWith(DUE_PREFIX)) return;
    this.#gathered.add(key.slice(DUE_PREFIX.length));
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
    await this.#running;
  }

  #flush(): void {
    this.#timer = undefined;
    const ids = [...this.#gathered];
    this.#gathered = new Set();
    this.#running = this.#running.then(() => this.#try(ids, true));
  }

  async #try(ids: readonly string[], first: boolean): Promise<void> {
    try {
      const released = await this.#release(ids);
      if (released < ids.length && first) this.#later(ids);
    } catch (error) {
      this.#log.warn({ err: error, count: ids.length }, 'expired reservations could not be released; the cron will');
    }
  }

  /** Some may have been released by another way, others were not yet over by this clock: one more try tells. */
  #later(ids: readonly string[]): void {
    this.#again = setTimeout(() => {
      this.#running = this.#running.then(() => this.#try(ids, false));
    }, this.#againMs);
  }
}
