/**
 * NATS with JetStream as a helper that may be away: connects in the background for as long as it takes, never keeps a
 * message in the client while there is no connection, and bounds every wait.
 */
import {
  jetstream,
  jetstreamManager,
  JetStreamApiError,
  StorageType,
  type JetStreamClient,
  type JetStreamPublishOptions,
} from '@nats-io/jetstream';
import { connect, nanos, type NatsConnection } from '@nats-io/transport-node';
import { count, milliseconds, names } from './config.ts';
import type { Logger } from './logging.ts';

/** Environment of a service that uses NATS. */
export const natsConfig = {
  NATS_URLS: names().refine(
    (urls) => urls.length > 0 && urls.every((url) => URL.canParse(url) && new URL(url).protocol === 'nats:'),
    'must be URLs separated by commas, like nats://nats-1:4222,nats://nats-2:4222',
  ),
  NATS_REPLICAS: count(3, { max: 5 }),
  NATS_CONNECT_TIMEOUT_MS: milliseconds(2000),
  NATS_RECONNECT_WAIT_MS: milliseconds(500),
  NATS_PING_MS: milliseconds(5000),
  NATS_PUBLISH_TIMEOUT_MS: milliseconds(2000),
  NATS_DUPLICATE_WINDOW_MS: milliseconds(120_000),
  NATS_ACK_WAIT_MS: milliseconds(10_000),
  NATS_PULL_EXPIRES_MS: milliseconds(10_000),
};

export interface NatsOptions {
  readonly NATS_URLS: readonly string[];
  readonly NATS_REPLICAS: number;
  readonly NATS_CONNECT_TIMEOUT_MS: number;
  readonly NATS_RECONNECT_WAIT_MS: number;
  readonly NATS_PING_MS: number;
  readonly NATS_PUBLISH_TIMEOUT_MS: number;
  readonly NATS_DUPLICATE_WINDOW_MS: number;
  readonly NATS_ACK_WAIT_MS: number;
  readonly NATS_PULL_EXPIRES_MS: number;
}

/** A stream: kept in files, made by whoever needs it first. */
export interface StreamSpec {
  readonly name: string;
  readonly subjects: readonly string[];
}

/** NATS cannot be used now, or did not confirm. */
export class NatsAway extends Error {
  override readonly name = 'NatsAway';
}

/** PINGs without an answer after which a connection counts as lost. */
const PINGS_UNANSWERED_MAX = 2;
/** The server's code for a stream that exists with another configuration. */
const STREAM_EXISTS = 10_058;
/** The server's code for a subject whose last message is another one than was expected. */
const WRONG_LAST_SEQUENCE = 10_071;

/** A message that was to be the first of its subject was refused because there is one. */
function holdsOne(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  return cause instanceof JetStreamApiError && cause.code === WRONG_LAST_SEQUENCE;
}

export class NatsLink {
  readonly options: NatsOptions;
  readonly #name: string;
  readonly #log: Logger;
  readonly #streams = new Map<string, Promise<void>>();
  #connection: NatsConnection | undefined;
  #client: JetStreamClient | undefined;
  #up = false;
  #closed = false;

  constructor(options: NatsOptions, name: string, log: Logger) {
    this.options = options;
    this.#name = name;
    this.#log = log;
  }

  /** Connects in the background, as often as it takes; never throws. */
  start(): void {
    void this.#connect();
  }

  /** True while there is a connection, as far as this side knows. */
  get up(): boolean {
    return this.#up;
  }

  /** @throws NatsAway when there is no connection */
  connection(): NatsConnection {
    if (this.#connection === undefined || !this.#up) throw new NatsAway('there is no connection to NATS');
    return this.#connection;
  }

  /**
   * Publishes `body` as JSON and returns when JetStream has stored it. A message with an id that the stream has seen within
   * its duplicate window is confirmed and not stored again.
   * @throws NatsAway when it was not confirmed in time: it may have been stored
   */
  async publish(stream: StreamSpec, subject: string, id: string, body: unknown): Promise<void> {
    await this.#publish(stream, subject, id, body);
  }

  /**
   * Publishes the only message of a subject: where the subject has one, however old, it is confirmed and not stored again.
   * @throws NatsAway as `publish`
   */
  async publishOnce(stream: StreamSpec, subject: string, id: string, body: unknown): Promise<void> {
    try {
      await this.#publish(stream, subject, id, body, { expect: { lastSubjectSequence: 0 } });
    } catch (error) {
      if (!holdsOne(error)) throw error;
    }
  }

  async #publish(
    stream: StreamSpec,
    subject: string,
    id: string,
    body: unknown,
    further: Partial<Pick<JetStreamPublishOptions, 'expect'>> = {},
  ): Promise<void> {
    try {
      const connection = this.connection();
      await this.ensure(stream);
      this.#client ??= jetstream(connection, { timeout: this.options.NATS_PUBLISH_TIMEOUT_MS });
      await this.#client.publish(subject, JSON.stringify(body), {
        msgID: id,
        timeout: this.options.NATS_PUBLISH_TIMEOUT_MS,
        ...further,
      });
    } catch (error) {
      throw error instanceof NatsAway ? error : new NatsAway((error as Error).message, { cause: error });
    }
  }

  /** Makes the stream unless it is there; once in a process. @throws whatever the server or the wait for it gives */
  ensure(stream: StreamSpec): Promise<void> {
    let made = this.#streams.get(stream.name);
    if (made === undefined) {
      made = this.#make(stream);
      this.#streams.set(stream.name, made);
      made.catch(() => this.#streams.delete(stream.name));
    }
    return made;
  }

  async #make(stream: StreamSpec): Promise<void> {
    const manager = await jetstreamManager(this.connection(), {
      timeout: this.options.NATS_PUBLISH_TIMEOUT_MS,
      checkAPI: false,
    });
    try {
      await manager.streams.add({
        name: stream.name,
        subjects: [...stream.subjects],
        storage: StorageType.File,
        num_replicas: this.options.NATS_REPLICAS,
        duplicate_window: nanos(this.options.NATS_DUPLICATE_WINDOW_MS),
      });
    } catch (error) {
      if (!(error instanceof JetStreamApiError && error.code === STREAM_EXISTS)) throw error;
      this.#log.warn({ stream: stream.name }, 'the stream exists with another configuration: it is used as it is');
    }
  }

  /** Sends what is under way and closes. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#up = false;
    await this.#connection?.close();
  }

  async #connect(): Promise<void> {
    const { NATS_URLS, NATS_CONNECT_TIMEOUT_MS, NATS_RECONNECT_WAIT_MS, NATS_PING_MS } = this.options;
    while (!this.#closed) {
      try {
        const connection = await connect({
          servers: [...NATS_URLS],
          name: this.#name,
          timeout: NATS_CONNECT_TIMEOUT_MS,
          reconnectTimeWait: NATS_RECONNECT_WAIT_MS,
          pingInterval: NATS_PING_MS,
          maxPingOut: PINGS_UNANSWERED_MAX,
          maxReconnectAttempts: -1,
          waitOnFirstConnect: true,
          // Otherwise every request, answered or not, takes a stack for the error that it might become.
          noAsyncTraces: true,
          // The addresses that are given are the ones to use: those that servers announce of each other may lie behind proxies.
          ignoreClusterUpdates: true,
        });
        if (this.#closed) return await connection.close();
        this.#connection = connection;
        this.#client = undefined;
        this.#up = true;
        this.#log.info({ server: connection.getServer() }, 'connected to NATS');
        void this.#follow(connection);
        const error = await connection.closed();
        this.#up = false;
        if (error instanceof Error) this.#log.warn({ err: error.message }, 'the connection to NATS was closed');
      } catch (error) {
        this.#log.warn({ err: (error as Error).message }, 'NATS cannot be reached');
        await new Promise((resolve) => setTimeout(resolve, NATS_RECONNECT_WAIT_MS));
      }
    }
  }

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') this.#up = false;
      else if (status.type === 'reconnect') this.#up = true;
      else continue;
      this.#log.info({ status: status.type }, 'NATS');
    }
  }
}
