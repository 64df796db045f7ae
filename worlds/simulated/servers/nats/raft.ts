import type { NatsCluster } from './cluster.ts';
import type { NatsNode } from './node.ts';
import type { Timer } from './types.ts';

/** nats-server's own figures (server/raft.go), ms. */
export const HEARTBEAT_MS = 1000;
const ELECTION_MS = { least: 4000, most: 9000 };
const CAMPAIGN_MS = { least: 100, most: 800 };
const LOST_QUORUM_MS = 10_000;
const LOST_QUORUM_CHECK_MS = 10_000;

/**
 * A group of nodes that agree: on who leads, and on what has happened. Its log is not kept: what is proposed is applied
 * when a majority has had the time to answer, and is never applied without one. Elections keep nats-server's timers.
 */
export class RaftGroup {
  readonly name: string;
  readonly peers: readonly string[];
  /** Whom the group believes to lead; that node may be dead, stopped or cut off. */
  leader: string | undefined;
  leaderSince = 0;
  term = 0;
  /** Nodes that have noticed that nobody leads: an election timer has run out in vain, or the leader gave up. */
  leaderless = false;
  readonly #cluster: NatsCluster;
  readonly #changed: (leader: NatsNode | undefined) => void;
  /** The leader's process: one that has started again under its name leads no more. */
  #elected: NatsNode | undefined;
  readonly #electionAt = new Map<string, number>();
  #heartbeatAt: number;
  #quorumAt: number;
  #checkAt = 0;
  #election: Timer | undefined;
  #queue: (() => void)[] = [];
  #flying = false;

  /** @param changed called in the new leader's process when it begins to lead, and with undefined when nobody does. */
  constructor(
    cluster: NatsCluster,
    name: string,
    peers: readonly string[],
    changed: (leader: NatsNode | undefined) => void,
  ) {
    this.#cluster = cluster;
    this.name = name;
    this.peers = peers;
    this.#changed = changed;
    this.#heartbeatAt = this.#quorumAt = cluster.host.now();
  }

  get majority(): number {
    return Math.floor(this.peers.length / 2) + 1;
  }

  /** The leader, if the process runs that was elected; without quorum too, until it has given up. */
  get leaderNode(): NatsNode | undefined {
    return this.#elected !== undefined && this.#cluster.nodes.get(this.#elected.name) === this.#elected
      ? this.#elected
      : undefined;
  }

  /** Whether the leader sends heartbeats. */
  get #beats(): boolean {
    return this.leaderNode !== undefined && !this.#cluster.frozen(this.leaderNode.name);
  }

  /** Whether what the leader proposes now can be agreed. */
  get hasQuorum(): boolean {
    return this.leaderNode !== undefined && this.#inTouchWith(this.leaderNode.name).length >= this.majority;
  }

  /** Peers that answer `node`, itself among them. */
  #inTouchWith(node: string): string[] {
    if (!this.#answers(node)) return [];
    return this.peers.filter((peer) => peer === node || (this.#answers(peer) && this.#cluster.connected(node, peer)));
  }

  #answers(node: string): boolean {
    return this.#cluster.nodes.has(node) && !this.#cluster.frozen(node);
  }

  /** Names the first leader of a new group: its creator campaigns at once. */
  lead(node: string): void {
    const leader = this.#cluster.nodes.get(node);
    if (leader === undefined) return;
    this.leader = node;
    this.#elected = leader;
    this.leaderless = false;
    this.term += 1;
    this.leaderSince = this.#heartbeatAt = this.#quorumAt = this.#cluster.host.now();
    this.#checkAt = this.leaderSince + LOST_QUORUM_CHECK_MS;
    this.#electionAt.clear();
    this.#election?.cancel();
    this.#flying = false;
    this.#queue = [];
    this.#cluster.record(`${this.name} is led by ${node}`);
    leader.host.enter(() => this.#changed(leader));
  }

  #giveUp(): void {
    this.leader = this.#elected = undefined;
    this.leaderless = true;
    this.#queue = [];
    this.#flying = false;
    this.#cluster.record(`${this.name} has no leader`);
    this.#changed(undefined);
  }

  /** Gives leadership to another peer in touch, as a server does that shuts down in order. Returns whether there was one. */
  stepDown(): boolean {
    const { leader } = this;
    const other = leader === undefined ? undefined : this.#inTouchWith(leader).find((peer) => peer !== leader);
    if (other === undefined) return false;
    this.lead(other);
    return true;
  }

  /** At each heartbeat of the cluster, and when a node has joined: who hears whom? */
  heartbeat(): void {
    const now = this.#cluster.host.now();
    if (this.#beats) {
      if (this.hasQuorum) {
        this.#quorumAt = this.#heartbeatAt = now;
        this.#fly();
      } else if (now >= this.#checkAt) {
        this.#checkAt = now + LOST_QUORUM_CHECK_MS;
        if (now - this.#quorumAt >= LOST_QUORUM_MS) this.#giveUp();
      }
    }
    this.#watch(now);
  }

  /** Sets the election timers of peers that do not hear a leader, and clears those of the others. */
  #watch(now: number): void {
    for (const peer of this.peers) {
      const hears =
        !this.#answers(peer) || (this.#beats && (peer === this.leader || this.#cluster.connected(this.leader!, peer)));
      if (hears) this.#electionAt.delete(peer);
      else if (!this.#electionAt.has(peer)) this.#electionAt.set(peer, this.#timeout(peer, now));
    }
    this.#schedule(now);
  }

  #timeout(peer: string, now: number): number {
    const draw = ({ least, most }: { least: number; most: number }): number =>
      least + (most - least) * this.#cluster.host.random();
    if (this.term === 0) return now + draw(this.peers.length === 1 ? { least: 0, most: 0 } : CAMPAIGN_MS);
    if (this.peers.length === 1) return now;
    // Followers count from the last heartbeat that they have heard, and from their own start.
    const heard = this.leader === undefined ? now : this.#heartbeatAt;
    const from = Math.max(heard, this.#cluster.nodes.get(peer)?.startedAt ?? 0);
    return Math.max(now, from + draw(ELECTION_MS));
  }

  #schedule(now: number): void {
    this.#election?.cancel();
    this.#election = undefined;
    if (this.#electionAt.size === 0) return;
    const at = Math.min(...this.#electionAt.values());
    this.#election = this.#cluster.host.after(Math.max(0, at - now), () => this.#campaign());
  }

  #campaign(): void {
    const now = this.#cluster.host.now();
    for (const [peer, at] of this.#electionAt) {
      if (at > now) continue;
      const votes = this.#inTouchWith(peer);
      const led = this.hasQuorum;
      if (votes.length >= this.majority && !led) return this.lead(peer);
      if (!led && !this.leaderless) {
        // This peer knows now that nobody leads; a leader that is dead is forgotten, one that is cut off gives up by itself.
        if (!this.#beats) this.#giveUp();
      }
      this.#electionAt.delete(peer);
    }
    return this.#watch(now);
  }

  /** Applies a change when a majority has it. It is lost when the leader dies or gives up before that. */
  propose(apply: () => void): void {
    this.#queue.push(apply);
    this.#fly();
  }

  #fly(): void {
    const leader = this.leaderNode;
    if (leader === undefined || this.#flying || this.#queue.length === 0) return undefined;
    const delay = this.#agreementMs(leader.name);
    if (delay === undefined) return undefined;
    if (this.peers.length === 1) return leader.host.enter(() => this.#apply());
    const { term } = this;
    this.#flying = true;
    return void leader.host.after(delay, () => {
      if (term !== this.term || this.leader !== leader.name) return;
      this.#flying = false;
      if (!this.hasQuorum) return; // the next heartbeat with a quorum sends it again
      this.#apply();
      this.#fly();
    });
  }

  #apply(): void {
    const due = this.#queue;
    this.#queue = [];
    for (const apply of due) apply();
  }

  /** Until the fastest majority has answered, ms; undefined when it does not. */
  #agreementMs(leader: string): number | undefined {
    const others = this.#inTouchWith(leader).filter((peer) => peer !== leader);
    const needed = this.majority - 1;
    if (others.length < needed) return undefined;
    if (needed === 0) return 0;
    const trips = others.map((peer) => this.#cluster.delay(leader, peer) + this.#cluster.delay(peer, leader));
    return trips.toSorted((a, b) => a - b)[needed - 1];
  }

  /** The group is no more. */
  dissolve(): void {
    this.#election?.cancel();
    this.leader = this.#elected = undefined;
    this.#queue = [];
    this.term += 1;
  }
}
