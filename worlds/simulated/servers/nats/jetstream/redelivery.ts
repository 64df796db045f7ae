import type { NatsNode } from '../node.ts';
import type { Timer } from '../types.ts';
import type { Consumer } from './consumer.ts';
import type { Stored } from './store.ts';
import { millis } from './time.ts';

/** A message that was delivered and not acknowledged. */
interface Pending {
  readonly delivery: number;
  /** Its time runs from here, ms. */
  at: number;
}

/** Bursts are treated together. */
const ACK_WAIT_DELAY_MS = 1;

/** What is delivered and not acknowledged, and when it is delivered again (nats-server's checkPending and its kin). */
export class Redelivery {
  readonly #consumer: Consumer;
  readonly #pending = new Map<number, Pending>();
  /** How many times a message was delivered again. */
  readonly #counts = new Map<number, number>();
  #queue: number[] = [];
  #node: NatsNode | undefined;
  #timer: Timer | undefined;
  #firesAt = 0;

  constructor(consumer: Consumer) {
    this.#consumer = consumer;
  }

  get pending(): number {
    return this.#pending.size;
  }

  get redelivered(): number {
    return this.#consumer.config.max_deliver === 1 ? 0 : this.#counts.size;
  }

  /** How many wait to be delivered again. */
  get due(): number {
    return this.#queue.length;
  }

  isPending(sequence: number): boolean {
    return this.#pending.has(sequence);
  }

  get #backoff(): readonly number[] {
    return this.#consumer.config.backoff ?? [];
  }

  get #ackWait(): number {
    return millis(this.#consumer.config.ack_wait);
  }

  lead(node: NatsNode | undefined): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#node = node;
    this.#queue = [];
    if (node !== undefined && this.#pending.size > 0) this.#reset(this.#ackWait);
    if (node !== undefined) this.soon();
  }

  clear(): void {
    this.#pending.clear();
    this.#counts.clear();
    this.#queue = [];
  }

  #reset(delay: number): void {
    const node = this.#node;
    if (node === undefined) return;
    this.#timer?.cancel();
    this.#firesAt = node.host.now() + delay;
    this.#timer = node.host.after(delay, () => this.#check());
  }

  /** Looks at the times again shortly: the configuration or one of them has changed. */
  soon(delay = 10): void {
    if (this.#pending.size > 0) this.#reset(delay);
  }

  /** Something was delivered. */
  track(sequence: number, delivery: number): void {
    const now = this.#node!.host.now();
    const known = this.#pending.get(sequence);
    if (known === undefined) this.#pending.set(sequence, { delivery, at: now });
    else known.at = now;
    const backoff = this.#backoff;
    const wait =
      backoff.length === 0
        ? this.#ackWait
        : millis(backoff[Math.min(this.#counts.get(sequence) ?? 0, backoff.length - 1)]);
    if (this.#timer === undefined || this.#firesAt > now + wait + ACK_WAIT_DELAY_MS)
      this.#reset(wait + ACK_WAIT_DELAY_MS);
  }

  /** The timer has fired: what has waited too long is queued. */
  #check(): void {
    const now = this.#node!.host.now();
    this.#timer = undefined;
    const backoff = this.#backoff;
    let next = backoff.length === 0 ? this.#ackWait + ACK_WAIT_DELAY_MS : millis(backoff.at(-1));
    const expired: number[] = [];
    for (const [sequence, pending] of this.#pending) {
      let deadline = this.#ackWait;
      if (backoff.length > 0) {
        const at = Math.min(this.#counts.get(sequence) ?? 0, backoff.length - 1);
        deadline = millis(backoff[at]);
        next = Math.min(next, millis(backoff[Math.min(at + 1, backoff.length - 1)]));
      }
      const left = deadline - (now - pending.at);
      if (left > 0.001) next = Math.min(next, left);
      else if (!this.#queue.includes(sequence) && !this.#exhausted(sequence)) expired.push(sequence);
    }
    if (expired.length > 0) {
      expired.sort((a, b) => a - b);
      const offset = now - this.#pending.get(expired[0]!)!.at;
      for (const sequence of expired) this.#pending.get(sequence)!.at += offset;
      this.#queue.push(...expired);
    }
    if (this.#pending.size > 0) this.#reset(Math.max(next, ACK_WAIT_DELAY_MS));
    this.#consumer.pump();
  }

  /** Whether it was delivered as often as it may be; then it is pending no more. */
  #exhausted(sequence: number): boolean {
    const most = this.#consumer.config.max_deliver;
    if (most <= 0) return false;
    const deliveries = (this.#counts.get(sequence) ?? 0) + 1;
    if (deliveries < most) return false;
    this.#advise(sequence, deliveries);
    this.#pending.delete(sequence); // the floor stays: nobody has acknowledged it
    this.#counts.set(sequence, Math.max(1, deliveries - 1));
    return true;
  }

  #advise(sequence: number, deliveries: number): void {
    const { stream, name } = this.#consumer;
    this.#consumer.advise(`$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.${stream.name}.${name}`, 'max_deliver', {
      stream_seq: sequence,
      deliveries,
    });
  }

  /** The next message to deliver again, if any. */
  next(): { readonly stored: Stored; readonly deliveries: number } | undefined {
    const { config, stream } = this.#consumer;
    for (let sequence = this.#queue.shift(); sequence !== undefined; sequence = this.#queue.shift()) {
      const deliveries = (this.#counts.get(sequence) ?? 0) + 2;
      const stored = stream.store.get(sequence);
      const pending = this.#pending.get(sequence);
      if (pending === undefined) continue;
      if (config.max_deliver > 0 && deliveries > config.max_deliver) {
        this.#counts.set(sequence, deliveries - 1);
        this.#advise(sequence, deliveries - 1);
        this.#pending.delete(sequence);
      } else if (stored === undefined) this.acknowledge(sequence);
      else {
        this.#counts.set(sequence, deliveries - 1);
        return { stored, deliveries };
      }
    }
    return undefined;
  }

  /** It could not be delivered after all. */
  putBack(sequence: number): void {
    const count = this.#counts.get(sequence) ?? 0;
    if (count > 1) this.#counts.set(sequence, count - 1);
    else this.#counts.delete(sequence);
    this.#queue.push(sequence);
  }

  /** Ends one; returns whether it was pending. */
  acknowledge(sequence: number): boolean {
    const pending = this.#pending.get(sequence);
    if (pending !== undefined) {
      this.#pending.delete(sequence);
      this.#moveFloor(pending.delivery, sequence);
    }
    this.#counts.delete(sequence);
    this.#queue = this.#queue.filter((other) => other !== sequence);
    return pending !== undefined;
  }

  /** Ends all up to one (`ack_policy: all`); returns those that were pending. */
  acknowledgeAll(sequence: number, delivery: number): readonly number[] {
    const { state } = this.#consumer;
    if (delivery <= state.ackFloorDelivery || sequence <= state.ackFloorStream) return [];
    state.ackFloorDelivery = delivery;
    state.ackFloorStream = sequence;
    const ended = [...this.#pending.keys()].filter((other) => other <= sequence);
    for (const other of ended) {
      this.#pending.delete(other);
      this.#counts.delete(other);
    }
    this.#queue = this.#queue.filter((other) => other > sequence);
    return ended;
  }

  #moveFloor(delivery: number, sequence: number): void {
    const { state } = this.#consumer;
    if (this.#pending.size === 0) {
      state.ackFloorDelivery = state.deliverySequence - 1;
      state.ackFloorStream = state.deliveredStream;
    } else if (delivery === state.ackFloorDelivery + 1) {
      state.ackFloorDelivery = delivery;
      state.ackFloorStream = sequence;
      for (let later = sequence + 1; later < state.streamSequence; later += 1) {
        const pending = this.#pending.get(later);
        if (pending === undefined) continue;
        state.ackFloorDelivery = pending.delivery - 1;
        state.ackFloorStream = later - 1;
        break;
      }
    }
  }

  /** Delivered again at once, or after a delay in ms. */
  refuse(sequence: number, delay: number | undefined): void {
    const pending = this.#pending.get(sequence);
    if (pending === undefined) return;
    if (delay !== undefined) {
      this.#queue = this.#queue.filter((other) => other !== sequence);
      pending.at = this.#node!.host.now() - this.#ackWait + delay;
      this.soon();
    } else if (!this.#queue.includes(sequence)) this.#queue.push(sequence);
  }

  /** Its time begins anew. */
  progress(sequence: number): void {
    const pending = this.#pending.get(sequence);
    if (pending !== undefined) pending.at = this.#node!.host.now();
  }

  /** The message is gone from the stream. */
  removed(sequence: number): void {
    this.acknowledge(sequence);
  }

  /** Until the last of what is pending has run out, ms. */
  busyFor(): number {
    const now = this.#node?.host.now() ?? 0;
    const threshold = millis(this.#consumer.config.inactive_threshold);
    let longest = 0;
    for (const [sequence, { at }] of this.#pending) {
      const backoff = this.#backoff;
      const wait =
        backoff.length === 0
          ? this.#ackWait
          : millis(backoff[Math.min(this.#counts.get(sequence) ?? 0, backoff.length - 1)]);
      longest = Math.max(longest, at + wait + threshold - now);
    }
    return longest;
  }
}
