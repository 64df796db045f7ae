/** A subscription to Redis' expired events that survives restarts of Redis and links that fall silent without a reset. */
import type { Redis } from 'ioredis';
import type { Logger } from './logging.ts';
import { createRedisClient, within, type RedisOptions } from './redis.ts';

export interface ExpirySubscriptionOptions extends RedisOptions {
  /** Milliseconds between PINGs on the subscribed connection. */
  readonly LISTENER_PING_MS: number;
  /** Milliseconds to wait for the PONG before the connection is replaced. */
  readonly LISTENER_PING_TIMEOUT_MS: number;
}

export interface ExpiryEvents {
  /** A key has expired. */
  expired(key: string): void;
  /** The subscription stands. When `again`, what expired since it was lost went unnoticed. */
  subscribed(again: boolean): void;
  /** A connection attempt, the connection or a PING failed. */
  connectionError(): void;
}

/** Subscribes to `__keyevent@<db>__:expired` on a connection of its own. */
export class ExpirySubscription {
  readonly #client: Redis;
  readonly #channel: string;
  readonly #options: ExpirySubscriptionOptions;
  readonly #log: Logger;
  readonly #events: ExpiryEvents;
  #timer: NodeJS.Timeout | undefined;
  #subscribedBefore = false;
  #closed = false;

  constructor(options: ExpirySubscriptionOptions, name: string, log: Logger, events: ExpiryEvents) {
    this.#options = options;
    this.#log = log;
    this.#events = events;
    this.#client = createRedisClient(options, name);
    this.#channel = `__keyevent@${this.#client.options.db ?? 0}__:expired`;
    this.#client.on('message', (_channel: string, key: string) => events.expired(key));
    this.#client.on('ready', () => void this.#subscribe());
    this.#client.on('error', (error: Error) => {
      events.connectionError();
      log.warn({ err: error.message }, 'Redis connection error (subscription)');
    });
  }

  /** Connects in the background; never throws. */
  start(): void {
    this.#client.connect().catch(() => {}); // the error event has told it; ioredis goes on trying
    this.#timer = setInterval(() => void this.#ping(), this.#options.LISTENER_PING_MS);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#client.disconnect();
  }

  async #subscribe(): Promise<void> {
    try {
      await within(this.#options.LISTENER_PING_TIMEOUT_MS, this.#client.subscribe(this.#channel));
      const again = this.#subscribedBefore;
      this.#subscribedBefore = true;
      this.#log.info({ channel: this.#channel }, 'subscribed');
      this.#events.subscribed(again);
    } catch (error) {
      this.#replace(error as Error);
    }
  }

  async #ping(): Promise<void> {
    if (this.#client.status !== 'ready') return;
    try {
      await within(this.#options.LISTENER_PING_TIMEOUT_MS, this.#client.ping());
    } catch (error) {
      this.#replace(error as Error);
    }
  }

  #replace(error: Error): void {
    if (this.#closed || this.#client.status !== 'ready') return;
    this.#events.connectionError();
    this.#log.warn({ err: error.message }, 'the subscription is silent: connecting anew');
    this.#client.disconnect(true);
  }
}
