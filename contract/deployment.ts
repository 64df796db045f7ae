import type { Ms } from './time.ts';

/**
 * What runs where, said once a system in `deployments/<system>.ts`. A row's `needs` picks from it and what a component
 * depends on comes along. Names are the catalogue's, kebab-case; an instance is `<name>-<n>`, from 1, when there are several.
 */
export interface Deployment {
  readonly system: string;
  readonly components: readonly ComponentSpec[];
  /** Prometheus rule files, paths from the project's root. */
  readonly rules: readonly string[];
}

export type ComponentSpec = ServiceSpec | PostgresSpec | RedisSpec;

interface Placed {
  readonly name: string;
  /** Zone and region decide the latency of its links. Default `kbl-a` in `kbl`. */
  readonly zone?: string;
  readonly region?: string;
  /** A component of several processes, each of its own kind: `numbering-jobs`. The name of the whole works wherever a component's does. */
  readonly partOf?: string;
  /** Components without which it is not deployed. */
  readonly dependsOn: readonly string[];
}

/** An ordinary Node service, started by its ordinary entry file. */
export interface ServiceSpec extends Placed {
  readonly kind: 'service';
  readonly instances: number;
  /** Path from the project's root, run as `node <entry>` would. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  /**
   * `path#export` (path from the root) of the function that reads its whole configuration from an environment, defaults
   * included: a world that runs faster scales every variable found there whose name ends in `_MS`. Absent: those of `env`.
   */
  readonly configuration?: string;
  /** Safeguards that its processes declare: where `SAFEGUARDS_OFF` may name them. */
  readonly safeguards: readonly string[];
  /** Where `/metrics` is scraped, readiness is asked and, by a supervisor, liveness (default: the readiness path). */
  readonly http: {
    readonly port: number;
    readonly healthPath: string;
    readonly livenessPath?: string;
    readonly metricsPath?: string;
  };
  /** What SIGTERM is given before SIGKILL. */
  readonly graceMs?: Ms;
}

export interface PostgresSpec extends Placed {
  readonly kind: 'postgres';
  readonly port: number;
  readonly database: string;
  /** Module (path from the root) whose `migrate(connectionString)` makes the schema; run outside the run, its result cached. */
  readonly migrate: string;
  /** SQL that fills the migrated database before the services start. */
  readonly seed: string;
  readonly maxConnections?: number;
}

export interface RedisSpec extends Placed {
  readonly kind: 'redis';
  readonly port: number;
  /** redis.conf settings; they survive a restart, unlike CONFIG SET. */
  readonly config: Readonly<Record<string, string>>;
  /** Whether data survive a kill. */
  readonly persistent: boolean;
}
