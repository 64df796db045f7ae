/** A durable pull consumer: handles messages, unless told otherwise one after the other, and acknowledges each when its work is committed. */
import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  type ConsumerMessages,
  type JsMsg,
} from '@nats-io/jetstream';
import { millis, nanos } from '@nats-io/transport-node';
import { Counter, type Registry } from 'prom-client';
import type { Logger } from './logging.ts';
import type { NatsLink, StreamSpec } from './nats.ts';

export interface ConsumerOptions {
  readonly stream: StreamSpec;
  /** Name under which the server keeps how far the consumer has come. */
  readonly durable: string;
  readonly subject: string;
  /** How many messages are handled at a time. Default 1: in the stream's order. */
  readonly concurrency?: number;
  /** Handles one message: its JSON body. What it throws is logged, and the message comes again. Must be idempotent. */
  handle(body: unknown, subject: string, delivery: Delivery): Promise<void>;
}

/** What the stream says of a message. */
export interface Delivery {
  /** 1 the first time. */
  readonly count: number;
  /** When the stream stored it. */
  readonly storedAt: Date;
}

/** Thrown by a handler that cannot do its work yet: the message comes again after `delayMs`. Nothing is wrong. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  readonly delayMs: number;

  constructor(delayMs: number) {
    super('not yet');
    this.delayMs = delayMs;
  }
}

/** The wait before a message whose handling failed is asked for again, and before a lost consumer is made anew. */
const AGAIN_MS = 1000;

export class NatsConsumer {
  readonly #link: NatsLink;
  readonly #options: ConsumerOptions;
  readonly #log: Logger;
  readonly #handled: Counter;
  #messages: ConsumerMessages | undefined;
  #closed = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(link: NatsLink, options: ConsumerOptions, log: Logger, registry: Registry) {
    this.#link = link;
    this.#options = options;
    this.#log = log;
    const name = 'nats_consumer_messages_total';
    this.#handled =
      (registry.getSingleMetric(name) as Counter | undefined) ??
      new Counter({
        name,
        help: 'Messages taken from a stream, by what became of them',
        labelNames: ['consumer', 'outcome'],
        registers: [registry],
      });
    for (const outcome of ['handled', 'delayed', 'failed'])
      this.#handled.inc({ consumer: options.durable, outcome }, 0);
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#closed = true;
    await this.#messages?.close();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        if (this.#link.up) await this.#consume();
      } catch (error) {
        this.#log.warn({ err: (error as Error).message, consumer: this.#options.durable }, 'the consumer was lost');
      }
      if (!this.#closed) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  async #consume(): Promise<void> {
    const { stream, durable, subject } = this.#options;
    const { NATS_ACK_WAIT_MS, NATS_PULL_EXPIRES_MS, NATS_PUBLISH_TIMEOUT_MS } = this.#link.options;
    const connection = this.#link.connection();
    await this.#link.ensure(stream);
    const timeout = { timeout: NATS_PUBLISH_TIMEOUT_MS };
    const manager = await jetstreamManager(connection, { ...timeout, checkAPI: false });
    await manager.consumers.add(stream.name, {
      durable_name: durable,
      filter_subject: subject,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(NATS_ACK_WAIT_MS),
      deliver_policy: DeliverPolicy.All,
    });
    const consumer = await jetstream(connection, timeout).consumers.get(stream.name, durable);
    const messages = await consumer.consume({ expires: NATS_PULL_EXPIRES_MS, abort_on_missing_resource: true });
    this.#messages = messages;
    this.#log.info({ stream: stream.name, consumer: durable }, 'consuming');
    const under = new Set<Promise<void>>();
    for await (const message of messages) {
      const handled = this.#handle(message).finally(() => under.delete(handled));
      under.add(handled);
      if (under.size >= (this.#options.concurrency ?? 1)) await Promise.race(under);
      if (this.#closed) break;
    }
    await Promise.all(under);
  }

  async #handle(message: JsMsg): Promise<void> {
    const { durable } = this.#options;
    let outcome = 'handled';
    try {
      const { deliveryCount, timestampNanos } = message.info;
      await this.#options.handle(message.json(), message.subject, {
        count: deliveryCount,
        storedAt: new Date(millis(timestampNanos)),
      });
      message.ack();
    } catch (error) {
      outcome = error instanceof NotYet ? 'delayed' : 'failed';
      if (outcome === 'failed')
        this.#log.error({ err: error, consumer: durable, subject: message.subject }, 'a message could not be handled');
      message.nak(error instanceof NotYet ? error.delayMs : AGAIN_MS);
    }
    this.#handled.inc({ consumer: durable, outcome });
  }
}
