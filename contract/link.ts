import type { Ms } from './time.ts';

/**
 * What can be done to one direction of a link, with Toxiproxy's and TCP's meanings in both worlds.
 * - `down`: connections are refused, open ones reset.
 * - `blackhole`: connections are accepted, bytes dropped; reset when healed.
 * - `partition`: packets are lost; SYN and data are sent again with TCP's back-off (200 ms doubling), so what was in flight arrives late.
 * - `latency`: adds `latencyMs` plus or minus up to `jitterMs` to each message.
 * - `reset`: open connections are reset, and new ones at their first data.
 */
export type LinkEffect =
  | { readonly kind: 'down' }
  | { readonly kind: 'blackhole' }
  | { readonly kind: 'partition' }
  | { readonly kind: 'latency'; readonly latencyMs: Ms; readonly jitterMs: Ms }
  | { readonly kind: 'reset' };

/** Counts since the start of the run, by name: how a fault proves that it bit. Names are the same in both worlds. */
export type Observations = Readonly<Record<string, number>>;

/** One direction of the traffic between two components (all their instances). */
export interface Link {
  readonly from: string;
  readonly to: string;
  /** Puts the effect in place; disposing it heals, twice is a no-op. */
  apply(effect: LinkEffect): Promise<AsyncDisposable>;
  /** `connections`, `messages`, `bytes`, `refused`, `reset`, `dropped` (messages), `held` (messages delayed by loss), `slowed`. */
  readonly observed: Observations;
}
