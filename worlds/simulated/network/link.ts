import type { LinkEffect } from '../../../contract/index.ts';
import type { Host } from '../kernel/life.ts';
import type { Connection } from './connection.ts';
import { type Profile, latency, uniform } from './profile.ts';

/** Counters of a link, in the contract's names (contract/link.ts). */
export interface LinkCounts {
  connections: number;
  messages: number;
  bytes: number;
  refused: number;
  reset: number;
  dropped: number;
  held: number;
  slowed: number;
  lingering: number;
}

export const noCounts = (): LinkCounts => ({
  connections: 0,
  messages: 0,
  bytes: 0,
  refused: 0,
  reset: 0,
  dropped: 0,
  held: 0,
  slowed: 0,
  lingering: 0,
});

/** TCP's first time-out before sending again, ms, doubled each time. */
export const FIRST_RETRANSMISSION_MS = 200;
/** Linux gives up on a SYN after about this time, ms (tcp_syn_retries = 6). */
export const CONNECT_GIVES_UP_MS = 127_000;
/** ... and on data (tcp_retries2 = 15). */
export const DATA_GIVES_UP_MS = 924_600;

/** One direction between two hosts: what is done to it and what that did. */
export class HostLink {
  readonly from: Host;
  readonly to: Host;
  readonly counts = noCounts();
  /** Connections opened from `from` to `to`. */
  readonly connections = new Set<Connection>();
  /** Told of each message when it is sent. */
  readonly watchers = new Set<() => void>();
  readonly #effects = new Set<LinkEffect>();
  readonly #profile: Profile;
  readonly #seed: number;
  #sent = 0;

  constructor(profile: Profile, seed: number, from: Host, to: Host) {
    this.#profile = profile;
    this.#seed = seed;
    this.from = from;
    this.to = to;
  }

  countMessage(): void {
    this.counts.messages += 1;
    for (const watcher of this.watchers) watcher();
  }

  has(kind: LinkEffect['kind']): boolean {
    for (const effect of this.#effects) if (effect.kind === kind) return true;
    return false;
  }

  /** Latency of the next message, ms, with what faults add. */
  delay(): number {
    const n = (this.#sent += 1);
    let delay = latency(this.#profile, this.#seed, this.from, this.to, n);
    for (const effect of this.#effects) {
      if (effect.kind !== 'latency') continue;
      this.counts.slowed += 1;
      delay += effect.latencyMs + effect.jitterMs * uniform(this.#seed, `jitter ${this.from.name}>${this.to.name}`, n);
    }
    return Math.max(0, delay);
  }

  /** Bytes that a connection carries in a ms; undefined: all there are. Counts the message that asks as slowed. */
  bytesPerMs(): number | undefined {
    let least: number | undefined;
    for (const effect of this.#effects)
      if (effect.kind === 'bandwidth') least = Math.min(least ?? Infinity, effect.kilobytesPerSecond);
    if (least !== undefined) this.counts.slowed += 1;
    return least;
  }

  /** How much later the end of a connection is passed on, ms. Counts the connection that asks. */
  closesLate(): number {
    let late = 0;
    for (const effect of this.#effects) if (effect.kind === 'slow-close') late = Math.max(late, effect.delayMs);
    if (late > 0) this.counts.lingering += 1;
    return late;
  }

  add(effect: LinkEffect): void {
    this.#effects.add(effect);
    if (effect.kind === 'down' || effect.kind === 'reset') this.#resetAll();
  }

  remove(effect: LinkEffect): void {
    if (!this.#effects.delete(effect)) return;
    if (effect.kind === 'blackhole') this.#resetAll();
  }

  get effects(): ReadonlySet<LinkEffect> {
    return this.#effects;
  }

  #resetAll(): void {
    for (const connection of this.connections) {
      this.counts.reset += 1;
      connection.reset();
    }
  }
}
