import { JetStream } from './jetstream/jetstream.ts';
import { NatsNode } from './node.ts';
import { HEARTBEAT_MS, type RaftGroup } from './raft.ts';
import type { ClusterHost, NatsHost } from './types.ts';

/** What is underway on the route from one node to another: messages of one instant travel together, in order. */
interface Route {
  sentAt: number;
  arrivesAt: number;
  batch: (() => void)[];
}

export interface ClusterOptions {
  readonly host: ClusterHost;
  readonly name: string;
  /** Names of all nodes that there may be. One: a server that is no cluster. */
  readonly names: readonly string[];
  /** Where clients reach a node: `10.0.0.7:4222`. */
  readonly address: (name: string) => string;
  /** Whether the links between two nodes carry messages, both ways. */
  readonly connected: (from: string, to: string) => boolean;
  /** Whether a node's process is stopped (SIGSTOP). */
  readonly frozen: (name: string) => boolean;
  /** A note for the trace: elections. */
  readonly record?: (what: string) => void;
}

/** Nodes that form one NATS system with JetStream: what they share outlives each of them. */
export class NatsCluster {
  readonly host: ClusterHost;
  readonly names: readonly string[];
  /** Nodes whose process lives, in the order of their starts. */
  readonly nodes = new Map<string, NatsNode>();
  readonly jetstream: JetStream;
  readonly stats = { messages: 0, connections: 0 };
  readonly #options: ClusterOptions;
  readonly #routes = new Map<string, Route>();
  readonly #groups = new Set<RaftGroup>();
  #beating = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.host = options.host;
    this.names = options.names;
    this.jetstream = new JetStream(this);
  }

  get name(): string {
    return this.#options.name;
  }

  get clustered(): boolean {
    return this.names.length > 1;
  }

  address(name: string): string {
    return this.#options.address(name);
  }

  connected(from: string, to: string): boolean {
    return this.#options.connected(from, to);
  }

  frozen(name: string): boolean {
    return this.#options.frozen(name);
  }

  record(what: string): void {
    this.#options.record?.(what);
  }

  /** One-way delay, ms; only for nodes that are connected. */
  delay(from: string, to: string): number {
    return this.host.delay(from, to) ?? 0;
  }

  /** A node's process has started. */
  join(name: string, host: NatsHost): NatsNode {
    const node = new NatsNode(this, name, host);
    this.nodes.set(name, node);
    for (const other of this.nodes.values()) if (other !== node) other.announce();
    for (const group of this.#groups) if (group.peers.includes(name)) group.heartbeat();
    this.#beat();
    return node;
  }

  /** A node's process has ended. */
  leave(node: NatsNode): void {
    if (this.nodes.get(node.name) !== node) return;
    this.nodes.delete(node.name);
    node.close();
    this.jetstream.nodeLost(node.name);
    for (const other of this.nodes.values()) {
      other.host.after(0, () => other.announce());
      other.interestChanged();
    }
  }

  /** Nodes that a node has a route to. */
  *others(node: NatsNode): Generator<NatsNode> {
    for (const other of this.nodes.values()) if (other !== node && this.connected(node.name, other.name)) yield other;
  }

  /** Runs `arrive` in the other node's process when a message there has crossed the route. Lost with the link or the node. */
  send(from: NatsNode, to: NatsNode, arrive: () => void): void {
    const key = `${from.name}>${to.name}`;
    const now = this.host.now();
    const route = this.#routes.get(key);
    if (route?.sentAt === now && route.batch.length > 0) {
      route.batch.push(arrive);
      return;
    }
    const delay = this.host.delay(from.name, to.name);
    if (delay === undefined) return;
    const batch = [arrive];
    const arrivesAt = Math.max(now + delay, route?.arrivesAt ?? 0);
    const next: Route = { sentAt: now, arrivesAt, batch };
    this.#routes.set(key, next);
    to.host.after(arrivesAt - now, () => {
      next.batch = [];
      for (const run of batch) run();
    });
  }

  add(group: RaftGroup): void {
    this.#groups.add(group);
    this.#beat();
  }

  remove(group: RaftGroup): void {
    group.dissolve();
    this.#groups.delete(group);
  }

  /** Heartbeats go on while a node lives. */
  #beat(): void {
    if (this.#beating) return;
    this.#beating = true;
    this.host.after(HEARTBEAT_MS, () => {
      this.#beating = false;
      for (const group of this.#groups) group.heartbeat();
      if (this.nodes.size > 0) this.#beat();
    });
  }
}
