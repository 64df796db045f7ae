import type { NatsCluster } from '../cluster.ts';
import { header } from '../headers.ts';
import type { NatsNode } from '../node.ts';
import { RaftGroup } from '../raft.ts';
import { matches } from '../subjects.ts';
import type { Message, Timer } from '../types.ts';
import type { Consumer } from './consumer.ts';
import { type ApiError, ERRORS, storeFailed, wrongLastMessageId, wrongLastSequence } from './errors.ts';
import { Store, type Stored, fits } from './store.ts';
import type { StreamConfig } from './stream-config.ts';
import { millis, timestamp } from './time.ts';

interface Duplicate {
  readonly sequence: number;
  readonly at: number;
}

/** A stream: what it holds, who leads it, its consumers. */
export class Stream {
  config: StreamConfig;
  readonly createdAt: number;
  readonly group: RaftGroup;
  readonly consumers = new Map<string, Consumer>();
  readonly cluster: NatsCluster;
  store: Store;
  #duplicates = new Map<string, Duplicate>();
  /** Message ids and number of what the leader has proposed and the group has not agreed yet. */
  #proposed = { ids: new Set<string>(), count: 0 };
  #lastMessageId = '';
  #expiry: Timer | undefined;
  #leader: NatsNode | undefined;
  /** Peers that hold the messages of a stream in memory. */
  readonly #holders: Set<string>;

  constructor(cluster: NatsCluster, config: StreamConfig, peers: readonly string[], createdAt: number, group: string) {
    this.cluster = cluster;
    this.config = config;
    this.createdAt = createdAt;
    this.store = this.#emptyStore();
    this.#holders = new Set(peers);
    this.group = new RaftGroup(cluster, group, peers, (leader) => this.#lead(leader));
  }

  get name(): string {
    return this.config.name;
  }

  #emptyStore(): Store {
    return new Store(this.config.storage === 'memory', this.config.first_seq);
  }

  wants(subject: string): boolean {
    return fits(subject, this.config.subjects ?? []);
  }

  /** A node's process has ended: what only its memory held is gone. */
  nodeLost(name: string): void {
    if (this.config.storage !== 'memory' || !this.#holders.delete(name) || this.#holders.size > 0) return;
    this.store = this.#emptyStore();
    this.#duplicates.clear();
    for (const consumer of this.consumers.values()) consumer.forget();
  }

  #lead(leader: NatsNode | undefined): void {
    this.#leader = leader;
    this.#proposed = { ids: new Set(), count: 0 };
    this.#expiry?.cancel();
    this.#expiry = undefined;
    if (leader !== undefined) {
      for (const peer of this.group.peers) if (this.cluster.nodes.has(peer)) this.#holders.add(peer);
      this.#expireLater();
    }
    for (const consumer of this.consumers.values()) consumer.lead(leader);
  }

  /** The node that leads now, if its process runs. */
  get leader(): NatsNode | undefined {
    const { leaderNode } = this.group;
    return leaderNode === this.#leader ? leaderNode : undefined;
  }

  /** A message that was published to one of its subjects, at the leader. */
  ingest(node: NatsNode, message: Message): void {
    const { headers, reply, subject, payload } = message;
    const answer = (body: object): void => {
      if (reply === undefined || this.config.no_ack === true) return;
      node.publish({ subject: reply, payload: Buffer.from(JSON.stringify(body)) });
    };
    const id = header(headers, 'Nats-Msg-Id');
    const duplicate = id === undefined ? undefined : this.#duplicate(id, node.host.now());
    if (duplicate !== undefined) return answer({ stream: this.name, seq: duplicate.sequence, duplicate: true });
    const error = this.#refusal(message, id);
    if (error !== undefined) return answer({ error, stream: this.name, seq: 0 });
    if (id !== undefined) this.#proposed.ids.add(id);
    this.#proposed.count += 1;
    this.group.propose(() => {
      if (id !== undefined) this.#proposed.ids.delete(id);
      this.#proposed.count -= 1;
      const full = this.#noRoom(message);
      if (full !== undefined) return answer({ error: full, stream: this.name, seq: 0 });
      const now = node.host.now();
      const rollup = header(headers, 'Nats-Rollup')?.toLowerCase();
      const stored = this.store.add(subject, headers, payload, now);
      if (rollup !== undefined) this.#rollUp(rollup, stored);
      if (id !== undefined) this.#duplicates.set(id, { sequence: stored.sequence, at: now });
      this.#lastMessageId = id ?? '';
      answer({ stream: this.name, seq: stored.sequence });
      for (const consumer of this.consumers.values()) consumer.added(stored);
      if (this.config.retention === 'interest' && !this.#wanted(stored)) this.remove(stored.sequence);
      this.#enforce();
      this.#expireLater();
    });
  }

  #duplicate(id: string, now: number): Duplicate | undefined {
    const window = millis(this.config.duplicate_window);
    // The map is in the order of time.
    for (const [old, { at }] of this.#duplicates) {
      if (now - at < window) break;
      this.#duplicates.delete(old);
    }
    return this.#duplicates.get(id);
  }

  /** What the message's own headers ask for and is not so. */
  #refusal(message: Message, id: string | undefined): ApiError | undefined {
    const { headers, subject, payload } = message;
    const { max_msg_size: largest } = this.config;
    if (largest >= 0 && payload.length + (headers?.length ?? 0) > largest) return ERRORS.messageTooLarge;
    if (headers === undefined) return undefined;
    if (id !== undefined && this.#proposed.ids.has(id)) return ERRORS.duplicateInProcess;
    const stream = header(headers, 'Nats-Expected-Stream');
    if (stream !== undefined && stream !== this.name) return ERRORS.streamNotMatch;
    const last = header(headers, 'Nats-Expected-Last-Sequence');
    const lastSequence = this.store.lastSequence + this.#proposed.count;
    if (last !== undefined && Number(last) !== lastSequence) return wrongLastSequence(lastSequence);
    const lastId = header(headers, 'Nats-Expected-Last-Msg-Id');
    if (lastId !== undefined && lastId !== this.#lastMessageId) return wrongLastMessageId(this.#lastMessageId);
    const ofSubject = header(headers, 'Nats-Expected-Last-Subject-Sequence');
    if (ofSubject !== undefined) {
      const other = header(headers, 'Nats-Expected-Last-Subject-Sequence-Subject');
      const sequence = this.store.last(other ?? subject)?.sequence ?? 0;
      if (Number(ofSubject) !== sequence) return wrongLastSequence(sequence);
    }
    const rollup = header(headers, 'Nats-Rollup')?.toLowerCase();
    if (rollup !== undefined && (!this.config.allow_rollup_hdrs || this.config.deny_purge)) return ERRORS.rollupFailed;
    return undefined;
  }

  /** Why a stream that discards new messages takes no more. */
  #noRoom({ subject, headers, payload }: Message): ApiError | undefined {
    const { config, store } = this;
    if (config.discard !== 'new') return undefined;
    const perSubject = config.max_msgs_per_subject;
    if (config.discard_new_per_subject && store.sequencesOf(subject).size >= perSubject)
      return storeFailed('maximum messages per subject exceeded');
    if (config.max_msgs >= 0 && store.size >= config.max_msgs) return storeFailed('maximum messages exceeded');
    const bytes = store.bytesOf(subject, headers, payload);
    if (config.max_bytes >= 0 && store.bytes + bytes > config.max_bytes) return storeFailed('maximum bytes exceeded');
    return undefined;
  }

  #rollUp(kind: string, { subject, sequence }: Stored): void {
    const old =
      kind === 'all' ? [...this.store.values()].map((stored) => stored.sequence) : [...this.store.sequencesOf(subject)];
    for (const before of old) if (before < sequence) this.remove(before);
  }

  /** Drops the oldest until the limits hold. */
  #enforce(): void {
    const { config, store } = this;
    const last = store.get(store.lastSequence);
    if (config.max_msgs_per_subject > 0 && last !== undefined) {
      const own = store.sequencesOf(last.subject);
      while (own.size > config.max_msgs_per_subject) this.remove(own.values().next().value!);
    }
    while (config.max_msgs >= 0 && store.size > config.max_msgs) this.remove(store.firstSequence);
    while (config.max_bytes >= 0 && store.bytes > config.max_bytes && store.size > 0) this.remove(store.firstSequence);
  }

  #expireLater(): void {
    const node = this.leader;
    const { store } = this;
    if (this.config.max_age === 0 || this.#expiry !== undefined || node === undefined || store.size === 0) return;
    const at = store.firstTime! + millis(this.config.max_age);
    this.#expiry = node.host.after(Math.max(1, at - node.host.now()), () => {
      this.#expiry = undefined;
      const oldest = node.host.now() - millis(this.config.max_age);
      while (store.size > 0 && store.firstTime! <= oldest) this.remove(store.firstSequence);
      this.#expireLater();
    });
  }

  /** Takes a message away and tells the consumers. */
  remove(sequence: number): boolean {
    const stored = this.store.remove(sequence);
    if (stored === undefined) return false;
    for (const consumer of this.consumers.values()) consumer.removed(stored);
    return true;
  }

  /** A consumer is done with a message: a stream that keeps messages only for them may drop it. */
  done(sequence: number): void {
    const stored = this.store.get(sequence);
    if (stored === undefined || this.config.retention === 'limits') return;
    if (this.config.retention === 'workqueue' || !this.#wanted(stored)) this.remove(sequence);
  }

  #wanted(stored: Stored): boolean {
    for (const consumer of this.consumers.values()) if (consumer.needs(stored)) return true;
    return false;
  }

  /** Removes all that falls under the request, and returns how many. */
  purge(request: { readonly filter?: string; readonly seq?: number; readonly keep?: number }): number {
    const { filter, seq = 0, keep = 0 } = request;
    let due = [...this.store.values()].filter(({ subject }) => filter === undefined || matches(subject, filter));
    if (seq > 0) due = due.filter(({ sequence }) => sequence < seq);
    if (keep > 0) due = due.slice(0, Math.max(0, due.length - keep));
    for (const { sequence } of due) this.remove(sequence);
    if (filter === undefined && keep === 0) this.store.compact(seq > 0 ? seq : this.store.lastSequence + 1);
    return due.length;
  }

  reconfigure(config: StreamConfig): void {
    this.config = config;
    this.#expiry?.cancel();
    this.#expiry = undefined;
    this.#enforce();
    this.#expireLater();
  }

  /** `state` of the API. `subjects`: with the number of messages of each that falls under the filter. */
  state(options: { readonly subjects?: string; readonly deleted?: boolean } = {}): object {
    const { store } = this;
    const under = options.subjects === undefined ? [] : [...store.under(options.subjects)];
    const gone: number[] = [];
    if (options.deleted && store.deleted > 0) {
      for (let sequence = store.firstSequence; sequence < store.lastSequence; sequence += 1)
        if (store.get(sequence) === undefined) gone.push(sequence);
    }
    return {
      messages: store.size,
      bytes: store.bytes,
      first_seq: store.firstSequence,
      first_ts: timestamp(store.firstTime),
      last_seq: store.lastSequence,
      last_ts: timestamp(store.lastTime),
      ...(store.subjects > 0 ? { num_subjects: store.subjects } : {}),
      ...(under.length > 0
        ? { subjects: Object.fromEntries(under.map(([subject, sequences]) => [subject, sequences.size])) }
        : {}),
      ...(store.deleted > 0 ? { num_deleted: store.deleted } : {}),
      ...(gone.length > 0 ? { deleted: gone } : {}),
      consumer_count: this.consumers.size,
    };
  }

  /** It is deleted: nothing of it happens any more. */
  close(): void {
    for (const consumer of this.consumers.values()) consumer.close();
    this.consumers.clear();
    this.#expiry?.cancel();
    this.cluster.remove(this.group);
  }
}
