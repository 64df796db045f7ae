/** The states of messages, each a message in the stream SMS on a subject of its own. */
import { jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import type { NatsLink } from '../../kit/nats.ts';
import {
  dispatchSchema,
  dispatchSubject,
  outboundSchema,
  outboundSubject,
  SMS,
  statusSchema,
  statusSubject,
  tokensOf,
  type MessageKey,
  type Outbound,
  type Status,
} from './messages.ts';

export class StatusStore {
  readonly #nats: NatsLink;

  constructor(nats: NatsLink) {
    this.#nats = nats;
  }

  /**
   * Takes a message into the stream, once: from here on it ends dispatched or dead.
   * @throws NatsAway: it may have been stored
   */
  async accept(message: Outbound): Promise<void> {
    await this.#nats.publishOnce(SMS, outboundSubject(message), `${tokensOf(message)}:outbound`, message);
  }

  /** Hands the message to the carriers, once, and keeps that it was. @throws NatsAway: it may have been handed over */
  async dispatch(message: Outbound, status: Status): Promise<void> {
    await this.#nats.publishOnce(SMS, dispatchSubject(message), `${tokensOf(message)}:dispatch`, {
      ...message,
      dispatchedAt: status.at,
      validation: status.validation,
    });
    await this.set(status);
  }

  /** @throws NatsAway */
  async set(status: Status): Promise<void> {
    await this.#nats.publish(SMS, statusSubject(status), `${tokensOf(status)}:status:${status.state}`, status);
  }

  /** The state of a message now; undefined when there is none. @throws whatever the server or the wait for it gives */
  async last(key: MessageKey): Promise<Status | undefined> {
    const status = await this.#lastOn(statusSubject(key));
    if (status !== null) return statusSchema.parse(status.json());
    const accepted = await this.#lastOn(outboundSubject(key));
    if (accepted === null) return undefined;
    const { messageId, tenantId, acceptedAt } = outboundSchema.parse(accepted.json());
    return { messageId, tenantId, state: 'ACCEPTED', at: acceptedAt };
  }

  /** The state of a message that was handed to the carriers, kept or not; undefined: it was not. @throws as `last` */
  async handedOver(key: MessageKey): Promise<Status | undefined> {
    const handed = await this.#lastOn(dispatchSubject(key));
    if (handed === null) return undefined;
    const { messageId, tenantId, dispatchedAt, validation } = dispatchSchema.parse(handed.json());
    return { messageId, tenantId, state: 'DISPATCHED', at: dispatchedAt, validation };
  }

  async #lastOn(subject: string): Promise<StoredMsg | null> {
    await this.#nats.ensure(SMS);
    const manager = await jetstreamManager(this.#nats.connection(), {
      timeout: this.#nats.options.NATS_PUBLISH_TIMEOUT_MS,
      checkAPI: false,
    });
    return manager.streams.getMessage(SMS.name, { last_by_subj: subject });
  }
}
