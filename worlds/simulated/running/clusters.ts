import type { PostgresSpec } from '../../../contract/index.ts';
import { real } from '../kernel/real.ts';
import { PostgresCluster } from '../servers/postgres/component.ts';
import { changesOf } from '../servers/postgres/migrations.ts';
import { ReplicatedCluster } from '../servers/postgres/replication/cluster.ts';

/** The PostgreSQL clusters of this process, kept over its runs: one for each component that is a PostgreSQL, standbys with their primary. */
export class Clusters {
  readonly #clusters = new Map<string, PostgresCluster>();
  readonly #replicated = new Map<string, ReplicatedCluster>();

  constructor() {
    // A killed process cannot do this: its servers are reaped at the next start (template.ts).
    real.on('exit', () => this.dispose());
  }

  of(spec: PostgresSpec): PostgresCluster {
    const key = JSON.stringify([spec.name, spec.migrate, changesOf(spec.migrate)]);
    let cluster = this.#clusters.get(key);
    if (cluster === undefined) this.#clusters.set(key, (cluster = new PostgresCluster(spec)));
    return cluster;
  }

  replicated(primary: PostgresSpec, standbys: readonly PostgresSpec[]): ReplicatedCluster {
    const key = JSON.stringify([
      primary.name,
      primary.migrate,
      changesOf(primary.migrate),
      standbys.map(({ name, synchronous }) => [name, synchronous]),
    ]);
    let cluster = this.#replicated.get(key);
    if (cluster === undefined) {
      // One at a time: each server takes memory, and rows with the same servers mostly follow each other.
      for (const other of this.#replicated.values()) other.dispose();
      this.#replicated.clear();
      this.#replicated.set(key, (cluster = new ReplicatedCluster(primary, standbys)));
    }
    return cluster;
  }

  dispose(): void {
    for (const clusters of [this.#clusters, this.#replicated]) {
      for (const cluster of clusters.values()) cluster.dispose();
      clusters.clear();
    }
  }
}
