import type { PostgresSpec } from '../../../../contract/index.ts';
import type { Bridge } from '../../servers/postgres/bridge.ts';
import { postgresProgram } from '../../servers/postgres/component.ts';
import type { MakeServer } from './server.ts';

/** The real server behind a bridge, with a fresh database. */
export const postgres: MakeServer<PostgresSpec> = (spec, { simulation, clusters, epoch }) => {
  const bridges: Bridge[] = [];
  const cluster = clusters.of(spec);
  cluster.reset(spec, new Date(epoch));
  const statements = (): number => bridges.reduce((sum, bridge) => sum + bridge.statements, 0);
  return {
    programs: { [spec.name]: postgresProgram(simulation, cluster, spec, (bridge) => bridges.push(bridge)) },
    answered: statements,
    work: () => ({ statements: statements() }),
  };
};
