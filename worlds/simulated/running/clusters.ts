import type { PostgresSpec } from '../../../contract/index.ts';
import { real } from '../kernel/real.ts';
import { PostgresCluster } from '../servers/postgres/component.ts';

/** The PostgreSQL clusters of this process, kept over its runs: one for each component that is a PostgreSQL. */
export class Clusters {
  readonly #clusters = new Map<string, PostgresCluster>();

  constructor() {
    // A killed process cannot do this: its servers are reaped at the next start (template.ts).
    real.on('exit', () => this.dispose());
  }

  of(spec: PostgresSpec): PostgresCluster {
    const key = `${spec.name} ${spec.migrate}`;
    let cluster = this.#clusters.get(key);
    if (cluster === undefined) this.#clusters.set(key, (cluster = new PostgresCluster(spec)));
    return cluster;
  }

  dispose(): void {
    for (const cluster of this.#clusters.values()) cluster.dispose();
    this.#clusters.clear();
  }
}
