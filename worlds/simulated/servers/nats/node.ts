import type { Duplex } from 'node:stream';
import type { NatsCluster } from './cluster.ts';
import { Connection, type ClientSubscription } from './connection.ts';
import { Interest } from './interest.ts';
import { MAX_PAYLOAD, type Message, type NatsHost, VERSION } from './types.ts';

/** One server of the cluster, for as long as its process lives. */
export class NatsNode {
  readonly name: string;
  readonly host: NatsHost;
  readonly cluster: NatsCluster;
  /** On the cluster's clock. */
  readonly startedAt: number;
  readonly interest = new Interest<ClientSubscription>();
  readonly #connections = new Set<Connection>();
  readonly #id: string;
  #clients = 0;
  #closed = false;

  constructor(cluster: NatsCluster, name: string, host: NatsHost) {
    this.cluster = cluster;
    this.name = name;
    this.host = host;
    this.startedAt = cluster.host.now();
    this.#id = `N${token(host, 55)}`;
  }

  /** Serves a client until its socket ends. */
  accept(socket: Duplex, clientAddress = '127.0.0.1'): void {
    this.#clients += 1;
    this.cluster.stats.connections += 1;
    const connection = new Connection(this, socket, this.#clients, clientAddress);
    this.#connections.add(connection);
    connection.open();
  }

  drop(connection: Connection): void {
    if (this.#connections.delete(connection)) this.interestChanged();
  }

  /** Everybody's subscriptions may have changed: push consumers look whether somebody listens. */
  interestChanged(): void {
    this.cluster.jetstream.interestChanged();
  }

  /** INFO for one client. */
  info(clientId: number, clientAddress: string): string {
    const { cluster, name } = this;
    const [host = '', port = '0'] = cluster.address(name).split(':');
    const urls = [this, ...cluster.others(this)].map((node) => cluster.address(node.name));
    return JSON.stringify({
      server_id: this.#id,
      server_name: name,
      version: VERSION,
      proto: 1,
      go: 'go1.26.8',
      host,
      port: Number(port),
      headers: true,
      max_payload: MAX_PAYLOAD,
      jetstream: true,
      client_id: clientId,
      client_ip: clientAddress,
      ...(cluster.clustered ? { cluster: cluster.name, connect_urls: urls } : {}),
    });
  }

  /** Tells the clients which servers there are now. */
  announce(): void {
    for (const connection of this.#connections) connection.announce();
  }

  /**
   * Brings a message to everybody who wants it. `route`: the subject by which it is delivered, when it is not its own (a
   * consumer's message goes to an inbox). Returns whether anybody wanted it.
   */
  publish(message: Message, route: string = message.subject, from?: Connection): boolean {
    if (this.#closed) return false;
    this.cluster.stats.messages += 1;
    const queues = new Map<string, ClientSubscription[]>();
    let wanted = this.#local(message, route, from, queues);
    const chosen = new Map<NatsNode, string[]>();
    const remote = new Map<string, NatsNode[]>();
    for (const other of this.cluster.others(this)) {
      for (const { queue } of other.interest.match(route)) {
        if (queue === undefined) {
          if (!chosen.has(other)) chosen.set(other, []);
        } else if (!queues.has(queue)) {
          const holders = remote.get(queue) ?? [];
          if (!holders.includes(other)) remote.set(queue, [...holders, other]);
        }
      }
    }
    for (const members of queues.values()) {
      const subscription = this.#pick(members);
      subscription?.connection.deliver(message, subscription);
    }
    for (const [queue, holders] of remote) {
      const holder = this.#pick(holders)!;
      chosen.set(holder, [...(chosen.get(holder) ?? []), queue]);
    }
    wanted ||= queues.size > 0 || chosen.size > 0;
    const keeper = this.cluster.jetstream.keeper(route, this);
    for (const [other, names] of chosen) {
      const ingest = other === keeper;
      this.cluster.send(this, other, () => other.#routed(message, route, names, ingest));
    }
    if (keeper === this) this.cluster.jetstream.receive(this, message);
    else if (keeper !== undefined && !chosen.has(keeper)) {
      this.cluster.send(this, keeper, () => keeper.#routed(message, route, undefined, true));
    }
    return wanted || keeper !== undefined || this.cluster.jetstream.listens(route);
  }

  /** A message that came over a route. `queues`: groups of which this node serves a member; undefined: for JetStream alone. */
  #routed(message: Message, route: string, queues: readonly string[] | undefined, ingest: boolean): void {
    if (this.#closed) return;
    if (queues !== undefined) {
      const members = new Map<string, ClientSubscription[]>();
      this.#local(message, route, undefined, members);
      for (const queue of queues) {
        const subscription = this.#pick(members.get(queue) ?? []);
        subscription?.connection.deliver(message, subscription);
      }
    }
    if (ingest) this.cluster.jetstream.receive(this, message);
  }

  /** Delivers to plain subscriptions here, and collects those with a queue. */
  #local(
    message: Message,
    route: string,
    from: Connection | undefined,
    queues: Map<string, ClientSubscription[]>,
  ): boolean {
    const plain: ClientSubscription[] = [];
    for (const subscription of this.interest.match(route)) {
      if (subscription.connection === from && !from.echo) continue;
      if (subscription.queue === undefined) plain.push(subscription);
      else queues.set(subscription.queue, [...(queues.get(subscription.queue) ?? []), subscription]);
    }
    for (const subscription of plain) subscription.connection.deliver(message, subscription);
    return plain.length > 0;
  }

  #pick<T>(members: readonly T[]): T | undefined {
    return members.length < 2 ? members[0] : members[Math.floor(this.host.random() * members.length)];
  }

  /** Whether anybody in the cluster listens to a subject. */
  hasInterest(subject: string): boolean {
    if (this.interest.has(subject)) return true;
    for (const other of this.cluster.others(this)) if (other.interest.has(subject)) return true;
    return false;
  }

  /** The process is gone; its sockets are the world's to destroy. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#connections) connection.forget();
    this.#connections.clear();
  }
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A random name of `length` characters. */
export function token(host: Pick<NatsHost, 'random'>, length: number): string {
  let text = '';
  for (let at = 0; at < length; at += 1) text += BASE62[Math.floor(host.random() * 62)];
  return text;
}
