/**
 * Publishes the outbox: each event at least once, those of one aggregate in the order of their versions, and marked as
 * published only when JetStream has confirmed it. Whatever goes wrong stays in the outbox and is tried again.
 */
import type { Logger } from '../../kit/logging.ts';
import { NatsAway, type NatsLink } from '../../kit/nats.ts';
import type { Sql } from '../../kit/postgres.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import { NUMBERING } from '../streams.ts';
import type { RelayConfig } from './config.ts';
import type { RelayMetrics } from './metrics.ts';
import { markPublished, unpublished, type StoredEvent } from './store.ts';
import { wavesByAggregate, wavesOfWorkers } from './waves.ts';

export const OUTBOX_HOLD: Safeguard = {
  name: 'outbox-hold',
  protects: 'an event stays in the outbox until it is confirmed; without it, until it has been handed to the client',
};

export const RELAY_RETRY: Safeguard = {
  name: 'relay-retry',
  protects: 'publishing is tried again after a failure',
};

export const ORDERED_DRAIN: Safeguard = {
  name: 'ordered-drain',
  protects: 'events of one aggregate are published one after the other; without it workers share the backlog',
};

type Config = Pick<RelayConfig, 'RELAY_BATCH' | 'RELAY_POLL_MS' | 'RELAY_BACKOFF_MIN_MS' | 'RELAY_BACKOFF_MAX_MS'>;

export class Relay {
  readonly #config: Config;
  readonly #sql: Sql;
  readonly #confirm: (event: StoredEvent) => Promise<void>;
  readonly #nats: Pick<NatsLink, 'publish'>;
  readonly #safeguards: Safeguards;
  readonly #metrics: RelayMetrics;
  readonly #log: Logger;
  #leads = false;
  #stopped = false;
  #failures = 0;
  #unconfirmed = false;
  #progressAt = performance.now();
  #waiting: { wake: () => void; timer: NodeJS.Timeout } | undefined;
  #notified = false;
  #loop: Promise<void> = Promise.resolve();

  /** @param confirm returns when an event, and all that was stored before it was read, lasts; throws when that is not known */
  constructor(
    config: Config,
    sql: Sql,
    confirm: (event: StoredEvent) => Promise<void>,
    nats: Pick<NatsLink, 'publish'>,
    safeguards: Safeguards,
    metrics: RelayMetrics,
    log: Logger,
  ) {
    this.#config = config;
    this.#sql = sql;
    this.#confirm = confirm;
    this.#nats = nats;
    this.#safeguards = safeguards;
    this.#metrics = metrics;
    this.#log = log;
  }

  start(): void {
    this.#progressAt = performance.now();
    this.#loop = this.#run();
  }

  /** Only one relay publishes: two would overtake each other. */
  lead(leads: boolean): void {
    this.#leads = leads;
    this.#metrics.leads(leads);
    if (leads) this.notified();
  }

  /** There may be something to publish. While a failure is waited out this changes nothing. */
  notified(): void {
    this.#notified = true;
    if (this.#failures === 0) this.#waiting?.wake();
  }

  /** True while the last attempt to publish was not confirmed. */
  get unconfirmed(): boolean {
    return this.#unconfirmed;
  }

  /** Says that nothing was published for `limitMs` although there is something to publish, or that publishing was given up. */
  stalled(limitMs: number): string | undefined {
    if (this.#stopped) return 'publishing was given up';
    const idle = performance.now() - this.#progressAt;
    return this.#leads && idle > limitMs ? `no progress for ${Math.round(idle / 1000)} s` : undefined;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting?.wake();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#notified = false;
      let more = false;
      try {
        if (this.#leads) more = await this.#pass();
        this.#failures = 0;
        this.#unconfirmed = false;
        this.#progressAt = performance.now();
      } catch (error) {
        this.#failures += 1;
        this.#unconfirmed = error instanceof NatsAway;
        this.#metrics.failed();
        this.#log.error({ err: (error as Error).message, failures: this.#failures }, 'the outbox cannot be published');
        if (!this.#safeguards.on(RELAY_RETRY)) {
          this.#stopped = true;
          return;
        }
      }
      if (!more && !(this.#notified && this.#failures === 0)) await this.#wait(this.#pauseMs());
    }
  }

  #pauseMs(): number {
    const { RELAY_POLL_MS, RELAY_BACKOFF_MIN_MS, RELAY_BACKOFF_MAX_MS } = this.#config;
    if (this.#failures === 0) return RELAY_POLL_MS;
    return Math.min(RELAY_BACKOFF_MIN_MS * 2 ** Math.min(this.#failures - 1, 20), RELAY_BACKOFF_MAX_MS);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting = undefined;
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#waiting = { wake, timer };
    });
  }

  /** Publishes one batch. @returns whether there may be more; @throws when an event could not be published */
  async #pass(): Promise<boolean> {
    const events = await unpublished(this.#sql, this.#config.RELAY_BATCH);
    const [oldest] = events;
    if (oldest === undefined) return false;
    // Whoever hears of an event must find its change, also when this server is lost in the next moment.
    await this.#confirm(oldest);
    const waves = this.#safeguards.on(ORDERED_DRAIN) ? wavesByAggregate(events) : wavesOfWorkers(events);
    const published: string[] = [];
    const failed = new Map<string, Error>();
    try {
      for (const wave of waves) await this.#publishWave(wave, published, failed);
    } finally {
      const done = this.#safeguards.on(OUTBOX_HOLD) ? published : events.map(({ id }) => id);
      await markPublished(this.#sql, done);
      this.#metrics.published(published.length);
    }
    const [first] = failed.values();
    if (first !== undefined) throw first;
    return events.length === this.#config.RELAY_BATCH;
  }

  /** An event whose aggregate has failed is left alone: it must not overtake. */
  async #publishWave(wave: readonly StoredEvent[], published: string[], failed: Map<string, Error>): Promise<void> {
    const ordered = this.#safeguards.on(ORDERED_DRAIN);
    const due = ordered ? wave.filter(({ aggregate }) => !failed.has(aggregate)) : wave;
    await Promise.all(
      due.map(async (event) => {
        try {
          await this.#nats.publish(NUMBERING, event.type, event.id, event);
          published.push(event.id);
        } catch (error) {
          failed.set(event.aggregate, error as Error);
        }
      }),
    );
  }
}
