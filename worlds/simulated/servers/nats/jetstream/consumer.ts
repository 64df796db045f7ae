import { status, withHeaders } from '../headers.ts';
import type { NatsNode } from '../node.ts';
import { EMPTY, type Message, type Timer } from '../types.ts';
import { acknowledge } from './acks.ts';
import { type ConsumerConfig, filtersOf } from './consumer-config.ts';
import { PullRequests } from './pull.ts';
import { Redelivery } from './redelivery.ts';
import { startingSequence } from './start.ts';
import { type Stored, fits } from './store.ts';
import type { Stream } from './stream.ts';
import { millis, nanosOf, timestamp } from './time.ts';

/** What is counted from delivery to acknowledgement, in the order of nats-server's consumer.go. */
export interface ConsumerState {
  /** The next delivery's number. */
  deliverySequence: number;
  /** The next message of the stream that was never looked at. */
  streamSequence: number;
  /** The stream's message that was delivered last. */
  deliveredStream: number;
  ackFloorDelivery: number;
  ackFloorStream: number;
  lastDeliveryAt: number | undefined;
  lastAckAt: number | undefined;
}

/** A consumer: its place in the stream, who waits for messages, what is not acknowledged. */
export class Consumer {
  config: ConsumerConfig;
  readonly name: string;
  readonly stream: Stream;
  readonly createdAt: number;
  state: ConsumerState;
  readonly redelivery: Redelivery;
  /** Messages that fit and were never delivered. */
  pending = 0;
  /** Where it starts when it delivers the last message of each subject: those, then the rest. */
  #skipList: number[];
  #filters: readonly string[];
  #leader: NatsNode | undefined;
  #requests: PullRequests | undefined;
  #wait: Timer | undefined;
  #idle: Timer | undefined;
  #inactivity: Timer | undefined;
  #active = false;
  #underway = 0;
  #closed = false;
  #pumping = false;

  constructor(stream: Stream, config: ConsumerConfig, name: string, createdAt: number) {
    this.stream = stream;
    this.config = config;
    this.name = name;
    this.createdAt = createdAt;
    this.#filters = filtersOf(config);
    const start = startingSequence(stream.store, config);
    this.#skipList = [...start.skipList];
    this.state = {
      deliverySequence: 1,
      streamSequence: start.sequence,
      deliveredStream: start.sequence - 1,
      ackFloorDelivery: 0,
      ackFloorStream: start.sequence - 1,
      lastDeliveryAt: undefined,
      lastAckAt: undefined,
    };
    this.redelivery = new Redelivery(this);
    this.#count();
  }

  get push(): boolean {
    return this.config.deliver_subject !== undefined;
  }

  get leader(): NatsNode | undefined {
    return this.#leader;
  }

  get filters(): readonly string[] {
    return this.#filters;
  }

  #count(): void {
    const { store } = this.stream;
    this.pending =
      this.#skipList.length > 0
        ? this.#skipList.length + store.count(store.lastSequence + 1, this.#filters)
        : store.count(this.state.streamSequence, this.#filters);
  }

  /** Begins or ends to lead; undefined: nobody does. What clients had asked the last leader for is gone. */
  lead(leader: NatsNode | undefined): void {
    for (const timer of [this.#wait, this.#idle, this.#inactivity]) timer?.cancel();
    this.#wait = this.#idle = this.#inactivity = undefined;
    this.#leader = leader;
    this.#requests = leader === undefined ? undefined : new PullRequests(leader, (message) => this.#say(message));
    this.#underway = 0;
    this.redelivery.lead(leader);
    if (leader === undefined || this.#closed) return;
    this.#active = this.push && this.#hasListener();
    this.#watchActivity();
    this.#beat();
    this.pump();
  }

  /** The messages of the stream are lost, and so is this consumer's place in it. */
  forget(): void {
    this.state = {
      ...this.state,
      deliverySequence: 1,
      streamSequence: 1,
      deliveredStream: 0,
      ackFloorDelivery: 0,
      ackFloorStream: 0,
    };
    this.redelivery.clear();
    this.#skipList = [];
    this.pending = 0;
  }

  reconfigure(config: ConsumerConfig): void {
    this.config = config;
    this.#filters = filtersOf(config);
    this.#count();
    this.#watchActivity();
    this.redelivery.soon();
    this.pump();
  }

  /** A message was added to the stream. */
  added(stored: Stored): void {
    if (stored.sequence < this.state.streamSequence || !fits(stored.subject, this.#filters)) return;
    this.pending += 1;
    this.pump();
  }

  /** A message was taken from the stream: as if it were acknowledged. */
  removed(stored: Stored): void {
    if (stored.sequence >= this.state.streamSequence && fits(stored.subject, this.#filters)) this.pending -= 1;
    this.#skipList = this.#skipList.filter((sequence) => sequence !== stored.sequence);
    this.redelivery.removed(stored.sequence);
  }

  /** Whether a stream that keeps messages for its consumers must keep this one. */
  needs({ sequence, subject }: Stored): boolean {
    if (!fits(subject, this.#filters)) return false;
    return sequence >= this.state.streamSequence || this.redelivery.isPending(sequence);
  }

  /** A client asks for messages. */
  next(reply: string, body: Buffer): void {
    const requests = this.#requests;
    if (requests === undefined) return;
    if (this.push) {
      this.#say({ subject: reply, headers: status('409 Consumer is push based'), payload: EMPTY });
      return;
    }
    requests.ask(reply, body, this.config, this.pending + this.redelivery.due);
    this.pump();
  }

  /** A client's word about a message: subject `$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<delivery>...`. */
  acknowledged(message: Message): void {
    if (this.#leader === undefined || !this.stream.group.hasQuorum) return; // nobody would agree: it is delivered again
    acknowledge(this, message);
  }

  #hasListener(): boolean {
    const { deliver_subject: subject } = this.config;
    return subject !== undefined && this.#leader !== undefined && this.#leader.hasInterest(subject);
  }

  /** Subscriptions have changed somewhere. */
  interestChanged(): void {
    if (!this.push || this.#leader === undefined) return;
    const listened = this.#hasListener();
    if (listened === this.#active) return;
    this.#active = listened;
    this.#watchActivity();
    if (listened) this.#leader.host.after(0, () => this.pump());
  }

  /** Deletes it when nobody has used it for its threshold. */
  #watchActivity(): void {
    this.#inactivity?.cancel();
    this.#inactivity = undefined;
    const node = this.#leader;
    const threshold = millis(this.config.inactive_threshold);
    if (node === undefined || threshold === 0 || (this.push && this.#active)) return;
    const jitter = this.push ? 0 : 100 + 900 * node.host.random();
    const look = (delay: number): void => {
      this.#inactivity = node.host.after(delay, () => {
        if (this.push) return this.#end();
        this.#requests?.tend(true);
        if ((this.#requests?.size ?? 0) > 0) return look(threshold + jitter);
        const idle = node.host.now() - (this.#requests?.lastActive ?? 0);
        const busy = Math.max(threshold + jitter - idle, this.redelivery.busyFor());
        return busy > 0 ? look(busy) : this.#end();
      });
    };
    look(threshold + jitter);
  }

  #end(): void {
    this.stream.consumers.delete(this.name);
    this.close();
  }

  /** Idle heartbeats of a push consumer. */
  #beat(): void {
    const node = this.#leader;
    const every = millis(this.config.idle_heartbeat);
    if (node === undefined || every === 0 || !this.push) return;
    this.#idle?.cancel();
    this.#idle = node.host.after(every, () => {
      if (this.#active) this.#say(this.#heartbeat(this.config.deliver_subject!));
      this.#beat();
    });
  }

  #heartbeat(subject: string): Message {
    const [consumer, stream] = this.delivered();
    const headers = status('100 Idle Heartbeat', ['Nats-Last-Consumer', consumer], ['Nats-Last-Stream', stream]);
    return { subject, headers, payload: EMPTY };
  }

  /** Numbers of the last delivery: its own, and the stream's as far as it was looked at. */
  delivered(): readonly [consumer: number, stream: number] {
    return [this.state.deliverySequence - 1, this.state.streamSequence - 1];
  }

  /** Delivers what can be delivered. */
  pump(): void {
    const node = this.#leader;
    const requests = this.#requests;
    if (node === undefined || requests === undefined || this.#closed || this.#pumping) return;
    this.#pumping = true;
    const full = this.paused() ? false : this.#deliverAll(node, requests);
    this.#pumping = false;
    this.#wait?.cancel();
    this.#wait = undefined;
    if (this.push) return;
    const next = requests.tend(!full, () => this.delivered());
    if (next === undefined) return;
    this.#wait = node.host.after(Math.max(1, next - node.host.now()), () => {
      requests.tend(true, () => this.delivered());
      this.pump();
    });
  }

  paused(): boolean {
    const { pause_until: until } = this.config;
    return until !== undefined && this.#leader !== undefined && Date.parse(until) > this.#leader.host.now();
  }

  /** Returns whether it stopped because too much is not acknowledged. */
  #deliverAll(node: NatsNode, requests: PullRequests): boolean {
    for (;;) {
      if (this.push ? !this.#active : requests.size === 0) return false;
      const before = this.state.streamSequence;
      const found = this.redelivery.next() ?? this.#nextNew();
      if (found === undefined) return false;
      if (found === 'full') return true;
      const { stored, deliveries } = found;
      if (deliveries === 1) this.pending -= 1;
      const reply = this.#ackSubject(stored, deliveries);
      const headers = this.config.headers_only
        ? withHeaders(stored.headers, [['Nats-Msg-Size', stored.payload.length]])
        : stored.headers;
      const payload = this.config.headers_only ? EMPTY : stored.payload;
      const bytes = stored.subject.length + reply.length + (headers?.length ?? 0) + payload.length;
      const to = this.push ? { reply: this.config.deliver_subject!, after: undefined } : requests.take(bytes);
      if (to === undefined) {
        if (deliveries === 1) {
          this.state.streamSequence = before;
          this.pending += 1;
        } else this.redelivery.putBack(stored.sequence);
        return false;
      }
      this.#track(node, stored);
      this.#send({ subject: stored.subject, reply, headers, payload }, to.reply);
      to.after?.();
      requests.lastActive = node.host.now();
      if (this.push) this.#beat();
    }
  }

  #nextNew(): { readonly stored: Stored; readonly deliveries: number } | 'full' | undefined {
    const { state, config } = this;
    const most = config.max_ack_pending ?? -1;
    if (most > 0 && this.redelivery.pending >= most) return 'full';
    const { store } = this.stream;
    const skipped = this.#skipList.shift();
    const stored = skipped === undefined ? store.next(state.streamSequence, this.#filters) : store.get(skipped);
    if (stored === undefined) {
      state.streamSequence = Math.max(state.streamSequence, store.lastSequence + 1);
      return undefined;
    }
    state.streamSequence = stored.sequence + 1;
    if (skipped !== undefined && this.#skipList.length === 0)
      state.streamSequence = Math.max(state.streamSequence, store.lastSequence + 1);
    return { stored, deliveries: 1 };
  }

  #ackSubject({ sequence, time }: Stored, deliveries: number): string {
    const { state, pending } = this;
    return `$JS.ACK.${this.stream.name}.${this.name}.${deliveries}.${sequence}.${state.deliverySequence}.${nanosOf(time)}.${pending}`;
  }

  #track(node: NatsNode, { sequence }: Stored): void {
    const { state } = this;
    const delivery = state.deliverySequence;
    state.deliverySequence += 1;
    state.deliveredStream = Math.max(state.deliveredStream, sequence);
    state.lastDeliveryAt = node.host.now();
    if (this.config.ack_policy === 'none') {
      state.ackFloorDelivery = delivery;
      state.ackFloorStream = sequence;
      this.stream.done(sequence);
    } else this.redelivery.track(sequence, delivery);
  }

  /** A replicated consumer says nothing before its peers know what was delivered. */
  #send(message: Message, route: string): void {
    const node = this.#leader!;
    if (this.stream.group.peers.length === 1 || this.config.ack_policy === 'none') {
      node.publish(message, route);
      return;
    }
    this.#underway += 1;
    this.stream.group.propose(() => {
      this.#underway -= 1;
      if (this.#leader === node) node.publish(message, route);
    });
  }

  /** A status: after the deliveries that are underway. */
  #say(message: Message): void {
    if (this.#underway > 0) this.#send(message, message.subject);
    else this.#leader?.publish(message);
  }

  /** Answers a client that wants its word confirmed, when the group has agreed. */
  confirm(reply: string | undefined): void {
    const node = this.#leader;
    if (reply === undefined || node === undefined) return;
    this.stream.group.propose(() => node.publish({ subject: reply, payload: EMPTY }));
  }

  /** Something that others may listen to: `$JS.EVENT.ADVISORY...`. */
  advise(subject: string, kind: string, fields: object): void {
    const node = this.#leader;
    if (node === undefined || !node.hasInterest(subject)) return;
    const body = {
      type: `io.nats.jetstream.advisory.v1.${kind}`,
      timestamp: timestamp(node.host.now()),
      stream: this.stream.name,
      consumer: this.name,
      ...fields,
    };
    node.publish({ subject, payload: Buffer.from(JSON.stringify(body)) });
  }

  /** It is deleted. */
  close(): void {
    if (this.#closed) return;
    this.#requests?.release('409 Consumer Deleted');
    this.#closed = true;
    for (const timer of [this.#wait, this.#idle, this.#inactivity]) timer?.cancel();
    this.redelivery.lead(undefined);
  }

  /** Clients whose requests wait. */
  get waiting(): number {
    this.#requests?.tend(false, () => this.delivered());
    return this.#requests?.size ?? 0;
  }

  get active(): boolean {
    return this.#active;
  }
}
