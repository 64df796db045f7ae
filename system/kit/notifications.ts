/** A connection of its own that listens to a channel of PostgreSQL's primary and comes back when it is lost, or another server takes its place. */
import pg from 'pg';
import type { Logger } from './logging.ts';
import type { PostgresOptions } from './postgres.ts';
import { PrimaryLocator } from './primary.ts';

/** The wait between two attempts to connect. */
const AGAIN_MS = 1000;

export interface Listening {
  /** Something was notified, or may have been while the connection was lost. */
  notified(): void;
  /** Runs on each new connection after LISTEN. */
  connected?(client: pg.Client): Promise<void>;
  lost?(): void;
}

/** Listens to one channel. What is notified while there is no connection is lost: `notified` is called after each connect. */
export class Notifications {
  readonly #options: PostgresOptions;
  readonly #channel: string;
  readonly #service: string;
  readonly #log: Logger;
  readonly #listening: Listening;
  readonly #locator: PrimaryLocator | undefined;
  #client: pg.Client | undefined;
  #closed = false;

  constructor(options: PostgresOptions, channel: string, service: string, log: Logger, listening: Listening) {
    this.#options = options;
    this.#channel = channel;
    this.#service = service;
    this.#log = log;
    this.#listening = listening;
    const { FAILOVER_MANAGER_URL } = options;
    this.#locator =
      FAILOVER_MANAGER_URL === undefined
        ? undefined
        : new PrimaryLocator({ ...options, FAILOVER_MANAGER_URL }, log, () => void this.#client?.end().catch(() => {}));
  }

  /** Connects in the background; never throws. */
  start(): void {
    this.#locator?.start();
    void this.#run();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#locator?.stop();
    await this.#client?.end();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#listen();
      } catch (error) {
        this.#log.warn({ err: (error as Error).message, channel: this.#channel }, 'the listening connection was lost');
      }
      this.#listening.lost?.();
      if (!this.#closed) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  /** @throws NoPrimaryError */
  #address(): string {
    if (this.#locator === undefined) return this.#options.DATABASE_URL;
    const name = this.#locator.primary;
    const address = this.#options.DATABASE_CANDIDATES?.get(name);
    if (address === undefined) throw new Error(`DATABASE_CANDIDATES does not say where ${name} is`);
    return address;
  }

  async #listen(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#address(),
      application_name: `${this.#service}/listen`,
      connectionTimeoutMillis: this.#options.PG_CONNECT_TIMEOUT_MS,
      query_timeout: this.#options.PG_STATEMENT_TIMEOUT_MS,
      keepAlive: true,
    });
    this.#client = client;
    const ended = new Promise<void>((resolve, reject) => {
      client.once('end', resolve);
      // For good: a connection may fail more than once, and an error that nobody hears ends the process.
      client.on('error', reject);
    });
    ended.catch(() => {}); // waited for below, unless the connection fails first
    try {
      await client.connect();
      client.on('notification', () => this.#listening.notified());
      await client.query(`LISTEN ${this.#channel}`);
      await this.#listening.connected?.(client);
      this.#listening.notified();
      await ended;
    } finally {
      client.removeAllListeners('notification');
      await client.end().catch(() => {});
    }
  }
}
