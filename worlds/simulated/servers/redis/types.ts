/** What the server needs from its surroundings; the simulation gives virtual ones, tests real ones. */
export interface RedisHost {
  /** Wall clock in ms since the epoch; may be fractional. */
  now(): number;
  /** Runs `run` once after `delayMs` (ms, at least 0). */
  after(delayMs: number, run: () => void): { cancel(): void };
  /** A number in [0, 1). */
  random(): number;
}

/** One key of a snapshot. Strings are latin1: one character a byte. `expireAt` is in ms since the epoch. */
export type RedisSnapshotKey = { readonly key: string; readonly expireAt?: number } & (
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'list'; readonly value: readonly string[] }
  | { readonly type: 'set'; readonly value: readonly string[] }
  | { readonly type: 'hash'; readonly value: readonly (readonly [field: string, value: string])[] }
  | { readonly type: 'zset'; readonly value: readonly (readonly [member: string, score: number])[] }
);

/** A plain copy of the data, in key order of creation, for a restart without loss. */
export interface RedisSnapshot {
  readonly databases: readonly { readonly index: number; readonly keys: readonly RedisSnapshotKey[] }[];
}

/** How a server is made. */
export interface RedisOptions {
  readonly host: RedisHost;
  /** As in redis.conf: 'notify-keyspace-events', 'maxmemory', 'maxmemory-policy', ... An unknown name is refused. */
  readonly config?: Readonly<Record<string, string>>;
  /**
   * Virtual cost in ms of a command on the single thread (`argumentCount` includes the command's name, `bytes` is the
   * sum of the arguments' lengths); default 0. Commands run in order, each at the end of its cost; its reply leaves then.
   */
  cost?(command: string, argumentCount: number, bytes: number): number;
  readonly data?: RedisSnapshot;
}

/** Counters since the start of the server. */
export interface RedisStats {
  /** Commands executed, those queued by MULTI and those refused included. */
  commands: number;
  /** Connections accepted. */
  connections: number;
  /** Keys removed because their time had come. */
  expired: number;
  /** Keys removed because of `maxmemory`. */
  evicted: number;
  /** Error replies. */
  errors: number;
}
