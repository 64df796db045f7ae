import { hash32, mix } from '../kernel/random.ts';
import type { Host } from '../kernel/life.ts';
import calibrated from './profile.json' with { type: 'json' };

/** Virtual cost of a server's work: a queue with `slots` places, and ms for each command or statement. */
export interface ServerCost {
  readonly slots: number;
  readonly baseMs: number;
  readonly perRowMs: number;
  readonly perKilobyteMs: number;
  /** Extra for a transaction's commit: a flush of the log. */
  readonly commitMs: number;
}

/** Where latencies and costs come from: one table for links and servers (ARCHITECTURE.md, Costs). */
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

/**
 * As `faultline calibrate` has measured it on containers (profile.json says when and on what machine). What one machine does
 * not show is that of an ordinary data centre: the way between zones and regions, and how many statements are worked on at once.
 */
export const PROFILE: Profile = {
  latencyMs: { ...calibrated.latencyMs, region: 0.35, regions: 9 },
  spread: calibrated.spread,
  postgres: { slots: 8, ...calibrated.postgres },
  redis: { slots: 1, perRowMs: 0, commitMs: 0, ...calibrated.redis },
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
