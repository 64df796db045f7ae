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

/** Environment for components, by their names: added to their own. */
export type Environment = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a component is, told apart by `kind`. */
export type ComponentSpec = ServiceSpec | PostgresSpec | RedisSpec | NatsSpec | PgbouncerSpec | ObjectStoreSpec;

interface Placed {
  readonly name: string;
  /** Zone and region decide the latency of its links. Default `kbl-a` in `kbl`. */
  readonly zone?: string;
  readonly region?: string;
  /** A component of several processes, each of its own kind: `numbering-jobs`. The name of the whole works wherever a component's does. */
  readonly partOf?: string;
  /** A part that is left out of its whole where one of these is not deployed: the worker that listens to NATS, in a row without NATS. */
  readonly onlyWith?: readonly string[];
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
  /** Further environment where another component is deployed too, by its name: later ones win (`withPresent`). */
  readonly envWith?: Readonly<Record<string, Readonly<Record<string, string>>>>;
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

/** A PostgreSQL server, reached as `postgres` without a password: a primary, or a standby of one. */
export interface PostgresSpec extends Placed {
  readonly kind: 'postgres';
  readonly port: number;
  readonly database: string;
  /** Module (path from the root) whose `migrate(connectionString)` makes the schema; run outside the run, its result cached. */
  readonly migrate: string;
  /** SQL that fills the migrated database before the services start. */
  readonly seed: string;
  /**
   * SQL after `seed` by which the data fit the day of the run, where that is the calendar's: what a date decides is then the
   * same on every day. Not used where time is virtual, since each run begins on the same day.
   */
  readonly today?: string;
  readonly maxConnections?: number;
  /**
   * Megabytes of a file system that its data have to themselves, so that it can be full (deployed world only); 160 hold an empty
   * database. Not for a server with standbys or one. Absent: the data are on the machine's.
   */
  readonly diskMb?: number;
  /** The component whose WAL it streams: it starts as a hot standby with a copy of that one's data; `migrate` and `seed` are that one's. */
  readonly standbyOf?: string;
  /** A standby that has to flush a commit before the primary answers it (`synchronous_standby_names`). */
  readonly synchronous?: boolean;
}

/** A single Redis server. */
export interface RedisSpec extends Placed {
  readonly kind: 'redis';
  readonly port: number;
  /** redis.conf settings; they survive a restart, unlike CONFIG SET. */
  readonly config: Readonly<Record<string, string>>;
  /** Whether data survive a kill. */
  readonly persistent: boolean;
}

/** A cluster of NATS servers with JetStream: `nats-1`, `nats-2` ... Streams and consumers are made by the services that use them. */
export interface NatsSpec extends Placed {
  readonly kind: 'nats';
  readonly instances: number;
  readonly port: number;
}

/** A pooler in front of PostgreSQL servers. */
export interface PgbouncerSpec extends Placed {
  readonly kind: 'pgbouncer';
  readonly port: number;
  /** The section `[databases]`: the name that clients ask for, and where it is. */
  readonly databases: Readonly<
    Record<
      string,
      {
        readonly host: string;
        readonly port: number;
        readonly database: string;
        /** Run on each new server connection (`connect_query`): what clients cannot set for themselves in transaction mode. */
        readonly connectQuery?: string;
      }
    >
  >;
  /** Settings of the section `[pgbouncer]`; a sabotage of the kind `configuration` adds to them. */
  readonly config: Readonly<Record<string, string>>;
}

/** A store of objects behind S3's HTTP API, path-style addresses. */
export interface ObjectStoreSpec extends Placed {
  readonly kind: 'object-store';
  readonly port: number;
  /** Made before the services start. */
  readonly buckets: readonly string[];
  readonly accessKey: string;
  readonly secretKey: string;
}

/** The deployment with `envWith` merged into each service's environment, for the components that it has. */
export function withPresent(deployment: Deployment): Deployment {
  const present = new Set(
    deployment.components.flatMap(({ name, partOf }) => (partOf === undefined ? [name] : [name, partOf])),
  );
  return {
    ...deployment,
    components: deployment.components.map((spec) => {
      if (spec.kind !== 'service' || spec.envWith === undefined) return spec;
      const { envWith, ...rest } = spec;
      const further = Object.entries(envWith).flatMap(([name, env]) => (present.has(name) ? [env] : []));
      return { ...rest, env: Object.assign({}, spec.env, ...further) as ServiceSpec['env'] };
    }),
  };
}
