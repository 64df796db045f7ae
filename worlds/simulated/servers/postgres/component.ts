import type { PostgresSpec } from '../../../../contract/index.ts';
import type { Life } from '../../kernel/life.ts';
import type { Simulation } from '../../kernel/simulation.ts';
import { networkOrThrow } from '../../network/patch/net.ts';
import { PROFILE } from '../../network/profile.ts';
import { findBinaries } from './binaries.ts';
import { Bridge } from './bridge.ts';
import { RunDatabase, writeClock } from './database.ts';
import type { ReplicatedCluster } from './replication/cluster.ts';
import { Replication } from './replication/replication.ts';
import { PostgresServer } from './server.ts';
import { LOG_SEGMENTS_KEPT } from './settings.ts';
import { releaseFolder, runFolder, templateFolder } from './template.ts';

/** One PostgreSQL cluster for a child process and all its runs; a fresh database from the migrated template for each. */
export class PostgresCluster {
  readonly #server: PostgresServer;
  readonly #database: RunDatabase;

  /** Not during a run: it waits for real processes. */
  constructor(spec: PostgresSpec) {
    const template = templateFolder({ migrate: spec.migrate, database: spec.database });
    this.#server = new PostgresServer(findBinaries(), runFolder(template));
    this.#server.start();
    this.#database = new RunDatabase(this.#server);
  }

  get server(): PostgresServer {
    return this.#server;
  }

  /** The database of a run: a copy of the migrated template, filled with `seed`. */
  reset(spec: PostgresSpec, now: Date): void {
    if (!this.#server.running) this.#server.start();
    if (this.#server.logSegments > LOG_SEGMENTS_KEPT) this.#server.control('postgres').query('checkpoint');
    writeClock(this.#server, now);
    this.#database.make(spec);
  }

  /** Ends the server and removes its folder. */
  dispose(): void {
    this.#server.kill();
    releaseFolder(this.#server.folder);
  }
}

/** What a life of the simulated `postgres` does: starts the real server if a kill ended it, bridges connections, dies with it. */
export function postgresProgram(
  simulation: Simulation,
  cluster: PostgresCluster,
  spec: PostgresSpec,
  onBridge: (bridge: Bridge) => void,
): (life: Life) => void {
  return (life) => {
    const { server } = cluster;
    if (!server.running) server.start();
    // At the end of a run it is kept for the next one, which makes its database anew.
    onBridge(serve(simulation, life, spec, server, () => (simulation.running ? server.kill() : undefined)));
  };
}

/** The same for a server of a replicated cluster. `primary`: the component that a standby follows when it starts as one. */
export function replicatedProgram(
  simulation: Simulation,
  cluster: ReplicatedCluster,
  spec: PostgresSpec,
  followed: (name: string) => { readonly host: string; readonly port: number },
  onBridge: (bridge: Bridge) => void,
): (life: Life) => void {
  return (life) => {
    const member = cluster.member(spec.name);
    member.start();
    const replication = new Replication({ simulation, life, cluster, member, primary: followed(member.follows) });
    onBridge(
      serve(simulation, life, spec, member.server, () => (simulation.running ? member.kill() : undefined), replication),
    );
  };
}

function serve(
  simulation: Simulation,
  life: Life,
  spec: PostgresSpec,
  server: PostgresServer,
  kill: () => void,
  replication?: Replication,
): Bridge {
  const bridge = new Bridge({
    simulation,
    life,
    server,
    database: spec.database,
    cost: PROFILE.postgres,
    maxConnections: spec.maxConnections ?? 100,
    ...(replication === undefined ? {} : { replication }),
  });
  const network = networkOrThrow();
  const endpoint = network.listen(life.options.host, spec.port, { life, accept: (socket) => bridge.accept(socket) });
  life.resources.add({
    destroyWithLife: () => {
      network.unlisten(endpoint);
      bridge.close(!simulation.running);
      if (life.exit?.signal === 'SIGKILL') kill();
    },
  });
  return bridge;
}
