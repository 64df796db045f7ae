/** The states of messages, each a message in the stream SMS on a subject of its own. */
import { jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import type { NatsLink } from '../../kit/nats.ts';
import {
  DISPATCH,
  outboundSchema,
  outboundSubject,
  SMS,
  statusSchema,
  statusSubject,
  type Outbound,
  type Status,
} from './messages.ts';

export class StatusStore {
  readonly #nats: NatsLink;

  constructor(nats: NatsLink) {
    this.#nats = nats;
  }

  /** Takes a message into the stream: from here on it ends dispatched or dead. @throws NatsAway: it may have been stored */
  async accept(message: Outbound): Promise<void> {
    const { messageId } = message;
    await this.#nats.publish(SMS, outboundSubject(messageId), `${messageId}:outbound`, message);
  }

  /** Hands the message to the carriers and keeps that it was. @throws NatsAway: it may have been handed over */
  async dispatch(message: Outbound, status: Status): Promise<void> {
    await this.#nats.publish(SMS, DISPATCH, `${message.messageId}:DISPATCH`, {
      ...message,
      dispatchedAt: status.at,
      validation: status.validation,
    });
    await this.set(status);
  }

  /** @throws NatsAway */
  async set(status: Status): Promise<void> {
    const { messageId, state } = status;
    await this.#nats.publish(SMS, statusSubject(messageId), `${messageId}:status:${state}`, status);
  }

  /** The state of a message now; undefined when there is none. @throws whatever the server or the wait for it gives */
  async last(messageId: string): Promise<Status | undefined> {
    await this.#nats.ensure(SMS);
    const manager = await jetstreamManager(this.#nats.connection(), {
      timeout: this.#nats.options.NATS_PUBLISH_TIMEOUT_MS,
      checkAPI: false,
    });
    const lastOn = (subject: string): Promise<StoredMsg | null> =>
      manager.streams.getMessage(SMS.name, { last_by_subj: subject });
    const status = await lastOn(statusSubject(messageId));
    if (status !== null) return statusSchema.parse(status.json());
    const accepted = await lastOn(outboundSubject(messageId));
    if (accepted === null) return undefined;
    const { tenantId, acceptedAt } = outboundSchema.parse(accepted.json());
    return { messageId, tenantId, state: 'ACCEPTED', at: acceptedAt };
  }
}
