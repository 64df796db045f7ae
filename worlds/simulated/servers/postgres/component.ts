import fs from 'node:fs';
import type { PostgresSpec } from '../../../../contract/index.ts';
import type { Life } from '../../kernel/life.ts';
import type { Simulation } from '../../kernel/simulation.ts';
import { networkOrThrow } from '../../network/patch/net.ts';
import { PROFILE } from '../../network/profile.ts';
import { findBinaries } from './binaries.ts';
import { Bridge } from './bridge.ts';
import { Control } from './control.ts';
import { PostgresServer } from './server.ts';
import { releaseFolder, runFolder, templateFolder } from './template.ts';

/** One PostgreSQL cluster for a child process and all its runs; a fresh database from the migrated template for each. */
export class PostgresCluster {
  readonly #server: PostgresServer;

  /** Not during a run: it waits for real processes. */
  constructor(spec: PostgresSpec) {
    const template = templateFolder({ migrate: spec.migrate, database: spec.database });
    this.#server = new PostgresServer(findBinaries(), runFolder(template));
    this.#server.start();
  }

  get server(): PostgresServer {
    return this.#server;
  }

  /** The database of a run: a copy of the migrated template, filled with `seed`. */
  reset(spec: PostgresSpec, now: Date): void {
    if (!this.#server.running) this.#server.start();
    fs.writeFileSync(this.#server.clockFile, `${now.toISOString().replace('T', ' ').replace('Z', '000+00')}\n`);
    const control = new Control(this.#server.socketPath);
    const name = JSON.stringify(spec.database);
    control.query(`drop database if exists ${name} with (force)`);
    control.query(`create database ${name} template ${JSON.stringify(`${spec.database}_template`)} strategy file_copy`);
    control.close();
    if (spec.seed !== '') {
      const filler = new Control(this.#server.socketPath, spec.database);
      filler.query(spec.seed);
      filler.close();
    }
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
    const bridge = new Bridge({
      simulation,
      life,
      server,
      database: spec.database,
      cost: PROFILE.postgres,
      maxConnections: spec.maxConnections ?? 100,
    });
    onBridge(bridge);
    const network = networkOrThrow();
    const endpoint = network.listen(life.options.host, spec.port, { life, accept: (socket) => bridge.accept(socket) });
    life.resources.add({
      destroyWithLife: () => {
        network.unlisten(endpoint);
        bridge.close();
        if (life.exit?.signal === 'SIGKILL') server.kill();
      },
    });
  };
}
