import type { Ms } from './time.ts';

/**
 * What can be done to one direction of a link, with Toxiproxy's and TCP's meanings in both worlds.
 * - `down`: connections are refused, open ones reset.
 * - `blackhole`: connections are accepted, bytes dropped; reset when healed.
 * - `partition`: packets are lost; SYN and data are sent again with TCP's back-off (200 ms doubling), so what was in flight arrives late.
 * - `latency`: adds `latencyMs` plus or minus up to `jitterMs` to each message.
 * - `reset`: open connections are reset, and new ones at their first data.
 * - `bandwidth`: at most so many kilobytes (1000 bytes) a second on each connection.
 * - `slow-close`: the end of a connection is passed on `delayMs` late.
 */
export type LinkEffect =
  | { readonly kind: 'down' }
  | { readonly kind: 'blackhole' }
  | { readonly kind: 'partition' }
  | { readonly kind: 'latency'; readonly latencyMs: Ms; readonly jitterMs: Ms }
  | { readonly kind: 'reset' }
  | { readonly kind: 'bandwidth'; readonly kilobytesPerSecond: number }
  | { readonly kind: 'slow-close'; readonly delayMs: Ms };

/**
 * What a component can be made short of. A real machine has these limits; the simulated world has none and refuses.
 * - `memory-limit`: it has at most so much memory from now on.
 * - `memory-used-up`: all memory that it may have is taken, and the kernel ends it.
 * - `cpu-limit`: it has at most so much of a processor.
 * - `disk-full`: the file system of its data has no space left; it needs one of its own (`PostgresSpec.diskMb`).
 */
export type Shortage =
  | { readonly kind: 'memory-limit'; readonly megabytes: number }
  | { readonly kind: 'memory-used-up' }
  | { readonly kind: 'cpu-limit'; readonly cores: number }
  | { readonly kind: 'disk-full' };

/** Counts since the start of the run, by name: how a fault proves that it bit. Names are the same in both worlds. */
export type Observations = Readonly<Record<string, number>>;

/** One direction of the traffic between two components (all their instances). */
export interface Link {
  readonly from: string;
  readonly to: string;
  /** Puts the effect in place; disposing it heals, twice is a no-op. */
  apply(effect: LinkEffect): Promise<AsyncDisposable>;
  /** `connections`, `messages`, `bytes`, `refused`, `reset`, `dropped` (messages), `held` (messages delayed by loss), `slowed`, `lingering` (connections whose end came late). */
  readonly observed: Observations;
  /**
   * Calls `sent` as soon as so many more messages (1 or more) have been sent this way, before the last of them arrives. Disposing it forgets.
   * Absent where nobody can tell at that very instant.
   */
  onMessage?(nth: number, sent: () => void): Disposable;
}
