import type { PostgresSpec } from '../../../../contract/index.ts';
import type { Bridge } from '../../servers/postgres/bridge.ts';
import { postgresProgram, replicatedProgram } from '../../servers/postgres/component.ts';
import type { MakeServer, ServerContext } from './server.ts';

/** The real server behind a bridge, with a fresh database; with standbys, one of several. */
export const postgres: MakeServer<PostgresSpec> = (spec, context) => {
  const bridges: Bridge[] = [];
  const statements = (): number => bridges.reduce((sum, bridge) => sum + bridge.statements, 0);
  const { clusters } = context;
  const group = groupOf(spec, context.specs);
  return {
    programs: { [spec.name]: program(spec, context, (bridge) => bridges.push(bridge)) },
    ...(group.standbys.length === 0
      ? {}
      : { rebuild: (from: string) => clusters.replicated(group.primary, group.standbys).rebuild(spec.name, from) }),
    answered: statements,
    work: () => ({ statements: statements() }),
  };
};

function program(
  spec: PostgresSpec,
  { simulation, clusters, epoch, specs }: ServerContext,
  onBridge: (bridge: Bridge) => void,
): ReturnType<typeof postgresProgram> {
  const { primary, standbys } = groupOf(spec, specs);
  if (standbys.length === 0) {
    const cluster = clusters.of(spec);
    cluster.reset(spec, new Date(epoch));
    return postgresProgram(simulation, cluster, spec, onBridge);
  }
  const cluster = clusters.replicated(primary, standbys);
  if (spec === primary) cluster.reset(new Date(epoch));
  const followed = (name: string): { host: string; port: number } => ({
    host: name,
    port: postgresOf(specs, name).port,
  });
  return replicatedProgram(simulation, cluster, spec, followed, onBridge);
}

/** The primary at the start of a run, and those that follow it. */
function groupOf(
  spec: PostgresSpec,
  specs: ServerContext['specs'],
): { readonly primary: PostgresSpec; readonly standbys: readonly PostgresSpec[] } {
  const primary = spec.standbyOf === undefined ? spec : postgresOf(specs, spec.standbyOf);
  const standbys = [...specs.values()].filter(
    (each): each is PostgresSpec => each.kind === 'postgres' && each.standbyOf === primary.name,
  );
  return { primary, standbys };
}

function postgresOf(specs: ServerContext['specs'], name: string): PostgresSpec {
  const spec = specs.get(name);
  if (spec?.kind !== 'postgres') throw new Error(`standbyOf names ${name}, which is no deployed PostgreSQL`);
  return spec;
}
