import type { NatsCluster } from '../cluster.ts';
import { type NatsNode, token } from '../node.ts';
import { RaftGroup } from '../raft.ts';
import { overlaps } from '../subjects.ts';
import type { Message } from '../types.ts';
import { answerApi, notAvailable } from './api.ts';
import type { Consumer } from './consumer.ts';
import { directGet } from './direct.ts';
import { ERRORS, Refused } from './errors.ts';
import { Stream } from './stream.ts';
import type { StreamConfig } from './stream-config.ts';

/** Where in the subject's tokens the stream's name stands. */
const OWN_REQUESTS: Readonly<Record<string, Readonly<Record<string, 'fifth' | 'sixth'>>>> = {
  STREAM: { INFO: 'fifth', PURGE: 'fifth', MSG: 'sixth', LEADER: 'sixth' },
  CONSUMER: { INFO: 'fifth' },
};

/** JetStream of the cluster: its streams, and who answers for what. */
export class JetStream {
  readonly cluster: NatsCluster;
  readonly streams = new Map<string, Stream>();
  /** Assigns streams and consumers; its leader answers the management API. */
  readonly meta: RaftGroup;

  constructor(cluster: NatsCluster) {
    this.cluster = cluster;
    this.meta = new RaftGroup(cluster, '_meta_', cluster.names, () => {});
    cluster.add(this.meta);
  }

  /** The node whose JetStream takes messages of a subject, as far as `from` has a route to it. */
  keeper(subject: string, from: NatsNode): NatsNode | undefined {
    const node = this.#keeper(subject, from);
    if (node === undefined || node === from) return node;
    return this.cluster.connected(from.name, node.name) ? node : undefined;
  }

  #keeper(subject: string, from: NatsNode): NatsNode | undefined {
    if (subject.startsWith('$JS.')) {
      const tokens = subject.split('.');
      const [, kind, third = '', fourth = '', fifth = '', sixth = ''] = tokens;
      if (kind === 'ACK') return this.#consumer(third, fourth)?.leader;
      if (kind !== 'API') return undefined;
      if (third === 'DIRECT') return this.#direct(fifth);
      if (third === 'CONSUMER' && fourth === 'MSG') return this.#consumer(sixth, tokens[6] ?? '')?.leader;
      const own = this.#ownerOf(tokens);
      const answers = own === undefined ? this.meta.leaderNode : own.leader;
      return answers ?? (this.meta.leaderless ? from : undefined);
    }
    for (const stream of this.streams.values()) if (stream.wants(subject)) return stream.leader;
    return undefined;
  }

  /** The stream whose leader answers a request of the management API, because it alone knows; undefined: the meta leader does. */
  #ownerOf([, , kind = '', verb = '', fifth = '', sixth = '']: readonly string[]): Stream | undefined {
    const verbs = OWN_REQUESTS[kind] ?? {};
    const name = verbs[verb];
    return name === undefined ? undefined : this.streams.get(name === 'fifth' ? fifth : sixth);
  }

  #consumer(stream: string, name: string): Consumer | undefined {
    return this.streams.get(stream)?.consumers.get(name);
  }

  #direct(stream: string): NatsNode | undefined {
    const found = this.streams.get(stream);
    return found?.config.allow_direct ? found.leader : undefined;
  }

  /** Whether a subject is the API's, though nobody may answer now: the client waits instead of hearing 503. */
  listens(subject: string): boolean {
    return /^\$JS\.API\.(?!CONSUMER\.MSG\.|DIRECT\.)/.test(subject);
  }

  /** A message that `keeper` sent here. */
  receive(node: NatsNode, message: Message): void {
    const { subject } = message;
    if (subject.startsWith('$JS.ACK.')) {
      const [, , stream = '', consumer = ''] = subject.split('.');
      const found = this.#consumer(stream, consumer);
      if (found?.leader === node) found.acknowledged(message);
    } else if (subject.startsWith('$JS.API.CONSUMER.MSG.NEXT.')) {
      const [, , , , , stream = '', consumer = ''] = subject.split('.');
      const found = this.#consumer(stream, consumer);
      if (found?.leader === node && message.reply !== undefined) found.next(message.reply, message.payload);
    } else if (subject.startsWith('$JS.API.DIRECT.GET.')) {
      const stream = this.streams.get(subject.split('.')[4] ?? '');
      if (stream?.leader === node) directGet(node, stream, message);
    } else if (subject.startsWith('$JS.API.')) {
      const own = this.#ownerOf(subject.split('.'));
      const answers = own === undefined ? this.meta.leaderNode : own.leader;
      if (answers === node) answerApi(this, node, message);
      else if (this.meta.leaderless) notAvailable(node, message);
    } else {
      for (const stream of this.streams.values()) {
        if (stream.wants(subject) && stream.leader === node) stream.ingest(node, message);
      }
    }
  }

  /**
   * A new stream, led at once by one of its peers.
   * @throws Refused
   */
  create(config: StreamConfig, node: NatsNode): Stream {
    this.checkSubjects(config);
    const peers = this.#place(config.num_replicas, node);
    const kind = config.storage === 'memory' ? 'M' : 'F';
    const group = `S-R${config.num_replicas}${kind}-${token(this.cluster.host, 8)}`;
    const stream = new Stream(this.cluster, config, peers, node.host.now(), group);
    this.streams.set(config.name, stream);
    this.cluster.add(stream.group);
    const living = peers.filter((peer) => this.cluster.nodes.has(peer) && !this.cluster.frozen(peer));
    stream.group.lead(living[Math.floor(this.cluster.host.random() * living.length)]!);
    return stream;
  }

  /** @throws Refused when another stream takes some of the subjects. */
  checkSubjects(config: StreamConfig): void {
    for (const other of this.streams.values()) {
      if (other.name === config.name) continue;
      const taken = (other.config.subjects ?? []).some((theirs) =>
        (config.subjects ?? []).some((ours) => overlaps(ours, theirs)),
      );
      if (taken) throw new Refused(ERRORS.subjectsOverlap);
    }
  }

  #place(replicas: number, node: NatsNode): readonly string[] {
    const { cluster } = this;
    if (!cluster.clustered) {
      if (replicas > 1) throw new Refused(ERRORS.replicasNotSupported);
      return [node.name];
    }
    const usable = cluster.names.filter((name) => cluster.nodes.has(name) && !cluster.frozen(name));
    const others = cluster.names.filter((name) => !usable.includes(name));
    if (usable.length < Math.floor(replicas / 2) + 1 || cluster.names.length < replicas)
      throw new Refused(ERRORS.noPeers);
    const drawn: string[] = [];
    const pool = [...usable];
    while (drawn.length < replicas && pool.length > 0)
      drawn.push(...pool.splice(Math.floor(cluster.host.random() * pool.length), 1));
    return [...drawn, ...others.slice(0, replicas - drawn.length)];
  }

  remove(stream: Stream): void {
    this.streams.delete(stream.name);
    stream.close();
  }

  nodeLost(name: string): void {
    for (const stream of this.streams.values()) stream.nodeLost(name);
  }

  interestChanged(): void {
    for (const { consumers } of this.streams.values())
      for (const consumer of consumers.values()) if (consumer.push) consumer.interestChanged();
  }
}
