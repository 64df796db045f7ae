import { hash32, mix } from '../kernel/random.ts';
import type { Host } from '../kernel/life.ts';

/** Virtual cost of a server's work: a queue with `slots` places, and ms for each command or statement. */
export interface ServerCost {
  readonly slots: number;
  readonly baseMs: number;
  readonly perRowMs: number;
  readonly perKilobyteMs: number;
  /** Extra for a transaction's commit: a flush of the log. */
  readonly commitMs: number;
}

/**
 * Where latencies and costs come from: one table for links and servers (contract.md, Virtual cost of work). Figures of an
 * ordinary data centre; `calibrate` on the deployed world is to replace them.
 */
export interface Profile {
  /** One-way latency of a message, ms. */
  readonly latencyMs: {
    readonly host: number;
    readonly zone: number;
    readonly region: number;
    readonly regions: number;
  };
  /** Share of the latency by which a single message differs, to either side. */
  readonly spread: number;
  readonly postgres: ServerCost;
  readonly redis: ServerCost;
}

export const PROFILE: Profile = {
  latencyMs: { host: 0.02, zone: 0.1, region: 0.35, regions: 9 },
  spread: 0.3,
  postgres: { slots: 8, baseMs: 0.25, perRowMs: 0.002, perKilobyteMs: 0.01, commitMs: 0.8 },
  redis: { slots: 1, baseMs: 0.02, perRowMs: 0, perKilobyteMs: 0.002, commitMs: 0 },
};

/** One-way latency of the n-th message on a link, ms: by hash, so that a fault elsewhere does not move it. */
export function latency(profile: Profile, seed: number, from: Host, to: Host, n: number): number {
  const { host, zone, region, regions } = profile.latencyMs;
  let base = regions;
  if (from === to) base = host;
  else if (from.region === to.region) base = from.zone === to.zone ? zone : region;
  return base * (1 + profile.spread * uniform(seed, `${from.name}>${to.name}`, n));
}

/** In [-1, 1), by hash of (seed, link, n). */
export function uniform(seed: number, link: string, n: number): number {
  return mix(hash32(link, seed) ^ mix(n)) / 2_147_483_648 - 1;
}
