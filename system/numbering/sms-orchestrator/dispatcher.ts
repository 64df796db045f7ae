/**
 * What becomes of an accepted message: it is dispatched when its lease is valid, dead when it is not, and held while
 * numbering-service cannot tell (FM-01). A held message stays in the stream and comes again.
 */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Logger } from '../../kit/logging.ts';
import { NotYet, type Delivery } from '../../kit/nats-consumer.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import type { OrchestratorConfig } from './config.ts';
import type { LeaseValidator } from './lease-validator.ts';
import { outboundSchema, tokensOf, type Outbound, type Status, type Validation } from './messages.ts';
import type { StatusStore } from './status-store.ts';

export const DISPATCH_FAIL_CLOSED: Safeguard = {
  name: 'dispatch-fail-closed',
  protects: 'a message whose lease could not be validated is not dispatched',
};
export const HOLD_TIME_LIMIT: Safeguard = {
  name: 'hold-time-limit',
  protects: 'a message that was held for HOLD_MS ends in DEAD_LETTER',
};

/** Why a message is dead whose lease could not be validated in time. */
export const NUMBERING_UNAVAILABLE = 'numbering_unavailable';

export interface DispatcherParts {
  readonly config: Pick<OrchestratorConfig, 'HOLD_MS' | 'HOLD_RETRY_MS' | 'HOLD_RETRY_MAX_MS'>;
  readonly log: Logger;
  readonly registry: Registry;
  readonly safeguards: Safeguards;
  readonly validator: Pick<LeaseValidator, 'validate'>;
  readonly store: Pick<StatusStore, 'last' | 'handedOver' | 'set' | 'dispatch'>;
}

export class Dispatcher {
  readonly #parts: DispatcherParts;
  /** Messages that wait for numbering-service. */
  readonly #held = new Set<string>();
  readonly #ended: Counter;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#ended = new Counter({
      name: 'sms_messages_total',
      help: 'Messages by the state in which they ended',
      labelNames: ['state', 'reason'],
      registers: [parts.registry],
    });
    this.#ended.inc({ state: 'DISPATCHED', reason: '' }, 0);
    this.#ended.inc({ state: 'DEAD_LETTER', reason: NUMBERING_UNAVAILABLE }, 0);
    const held = this.#held;
    parts.registry.registerMetric(
      new Gauge({
        name: 'sms_messages_held',
        help: 'Messages in EVALUATING that wait for numbering-service',
        registers: [],
        collect() {
          this.set(held.size);
        },
      }),
    );
  }

  /** Handles one delivery of an accepted message. @throws NotYet when the message has to wait; NatsAway when its state cannot be kept */
  async handle(body: unknown, { count, storedAt }: Delivery): Promise<void> {
    const message = outboundSchema.parse(body);
    const { store, validator, safeguards, config } = this.#parts;
    if (await this.#isOver(message)) return;
    if (count === 1) await store.set(this.#status(message, 'EVALUATING'));
    const verdict = await validator.validate(message);
    if (verdict.kind === 'valid') return this.#dispatch(message, verdict.validation);
    if (verdict.kind === 'invalid') return this.#bury(message, `lease_${verdict.reason.toLowerCase()}`);
    if (!safeguards.on(DISPATCH_FAIL_CLOSED)) return this.#dispatch(message, null);
    if (safeguards.on(HOLD_TIME_LIMIT) && Date.now() - storedAt.getTime() >= config.HOLD_MS)
      return this.#bury(message, NUMBERING_UNAVAILABLE);
    this.#held.add(tokensOf(message));
    throw new NotYet(this.#delayMs(count, storedAt));
  }

  /** Longer from look to look, so that many held messages do not become a load of their own; but not beyond the hold time. */
  #delayMs(count: number, storedAt: Date): number {
    const { HOLD_MS, HOLD_RETRY_MS, HOLD_RETRY_MAX_MS } = this.#parts.config;
    const delay = Math.min(count * HOLD_RETRY_MS, HOLD_RETRY_MAX_MS);
    const left = storedAt.getTime() + HOLD_MS - Date.now();
    return left > 0 ? Math.min(delay, left) : delay;
  }

  /**
   * A delivery, also a first one of a consumer that was made anew, may be of a message whose end was not acknowledged. Of one that was handed
   * to the carriers not even that may be kept: it is now, whatever has become of its lease.
   */
  async #isOver(message: Outbound): Promise<boolean> {
    const { store } = this.#parts;
    const last = await store.last(message);
    if (last?.state === 'DISPATCHED' || last?.state === 'DEAD_LETTER') {
      this.#held.delete(tokensOf(message));
      return true;
    }
    const handedOver = await store.handedOver(message);
    if (handedOver === undefined) return false;
    await store.set(handedOver);
    this.#end(message, handedOver);
    return true;
  }

  async #dispatch(message: Outbound, validation: Validation | null): Promise<void> {
    const status = this.#status(message, 'DISPATCHED', { validation });
    await this.#parts.store.dispatch(message, status);
    this.#end(message, status);
  }

  async #bury(message: Outbound, reason: string): Promise<void> {
    const status = this.#status(message, 'DEAD_LETTER', { reason });
    await this.#parts.store.set(status);
    this.#end(message, status);
  }

  #end(message: Outbound, { state, reason = '' }: Status): void {
    this.#held.delete(tokensOf(message));
    this.#ended.inc({ state, reason });
    const { tenantId, messageId } = message;
    if (state === 'DEAD_LETTER') this.#parts.log.warn({ tenantId, messageId, reason }, 'a message is dead');
  }

  #status(
    { messageId, tenantId }: Outbound,
    state: Status['state'],
    further: Pick<Status, 'reason' | 'validation'> = {},
  ): Status {
    return { messageId, tenantId, state, at: new Date().toISOString(), ...further };
  }
}
