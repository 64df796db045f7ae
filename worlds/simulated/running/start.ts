import path from 'node:path';
import type { ComponentSpec, Deployment, RunOptions, Running, Sabotage, ServiceSpec } from '../../../contract/index.ts';
import { watchNativeIo } from '../kernel/guard.ts';
import type { Life } from '../kernel/life.ts';
import { SimProcess, type Program } from '../kernel/process.ts';
import { mix } from '../kernel/random.ts';
import { Simulation, setCurrentSimulation } from '../kernel/simulation.ts';
import { WallClock } from '../kernel/wall-clock.ts';
import { SimNetwork, setCurrentNetwork } from '../network/network.ts';
import type { Bridge } from '../servers/postgres/bridge.ts';
import { postgresProgram } from '../servers/postgres/component.ts';
import { redisProgram } from '../servers/redis/component.ts';
import type { RedisServer } from '../servers/redis/server.ts';
import { SimulatedAdministration } from './administration.ts';
import type { Clusters } from './clusters.ts';
import type { ComponentParts } from './component.ts';
import { healthCheck } from './health.ts';
import { Logs } from './logs.ts';
import { Monitoring } from './monitoring.ts';
import { Outside } from './outside.ts';
import { simulatedRunning } from './running.ts';
import { serveTaskRuntime } from './task-runtime.ts';

/** Virtual 0 of every run. */
export const EPOCH = Date.UTC(2026, 0, 5, 8);
const TASK_RUNTIME_PORT = 7000;
const DEFAULT_GRACE_MS = 10_000;

/** Starts a deployment in virtual time. The kernel and the network must have been installed. */
export function start(deployment: Deployment, options: RunOptions, clusters: Clusters): Running {
  const simulation = new Simulation({
    seed: options.seed,
    epoch: EPOCH,
    deadline: options.deadlineMs,
    ...(options.keepTrace === undefined ? {} : { keepTrace: options.keepTrace }),
  });
  const network = new SimNetwork(simulation);
  setCurrentSimulation(simulation);
  setCurrentNetwork(network);
  const logs = new Logs(simulation);
  const processes: SimProcess[] = [];
  const make = (
    name: string,
    program: Program,
    place: Partial<ComponentSpec> = {},
    env: Readonly<Record<string, string>> = {},
    names: readonly string[] = [],
  ): SimProcess => {
    const { zone = 'kbl-a', region = 'kbl' } = place;
    const process = new SimProcess(simulation, {
      host: network.addHost({ name, zone, region, names }),
      program,
      env,
      clock: new WallClock(EPOCH, () => simulation.now),
      graceMs: (place.kind === 'service' ? place.graceMs : undefined) ?? DEFAULT_GRACE_MS,
      log: (text) => logs.add(name, text),
    });
    process.onExit(({ code, signal }) => logs.note(name, `process ended: ${signal ?? `exit code ${code}`}`));
    processes.push(process);
    return process;
  };
  const outside = (name: string, program: (life: Life) => void = () => {}): Outside =>
    new Outside(make(name, { kind: 'builtin', start: program }));

  const components = new Map<string, ComponentParts>();
  const bridges: Bridge[] = [];
  const redisServers: RedisServer[] = [];
  const administration = outside('administration');
  const health = healthCheck(administration);
  for (const spec of deployment.components) {
    const add = (own: readonly SimProcess[], answered: () => number): void => {
      components.set(spec.name, { spec, processes: own, healthy: (process) => health(spec, process), answered });
    };
    if (spec.kind === 'postgres') {
      const own: Bridge[] = [];
      const cluster = clusters.of(spec);
      cluster.reset(spec, new Date(EPOCH));
      const program = postgresProgram(simulation, cluster, spec, (bridge) => {
        own.push(bridge);
        bridges.push(bridge);
      });
      add([make(spec.name, { kind: 'builtin', start: program }, spec)], () =>
        own.reduce((sum, { statements }) => sum + statements, 0),
      );
    } else if (spec.kind === 'redis') {
      const own: RedisServer[] = [];
      const program = redisProgram(simulation, spec, (server) => {
        own.push(server);
        redisServers.push(server);
      });
      add([make(spec.name, { kind: 'builtin', start: program }, spec)], () =>
        own.reduce((sum, { stats }) => sum + stats.commands, 0),
      );
    } else {
      const names = [spec.name, ...(spec.partOf === undefined ? [] : [spec.partOf])];
      const file = path.resolve(spec.entry);
      const own = instanceNames(spec).map((name) =>
        make(name, { kind: 'entry', file }, spec, environment(spec, options.sabotage), names),
      );
      add(own, () => requestsAnswered(network, own));
    }
  }
  const services = [...components.values()].filter(({ spec }) => spec.kind === 'service');
  outside('task-runtime', () =>
    serveTaskRuntime(
      TASK_RUNTIME_PORT,
      services.flatMap(({ spec, processes: own }) =>
        own.map((process) => {
          const { port, livenessPath, healthPath } = (spec as ServiceSpec).http;
          return { process, livenessUrl: `http://${process.name}:${port}${livenessPath ?? healthPath}` };
        }),
      ),
    ),
  );
  const firstInstance = (name: string): string => components.get(name)?.processes[0]?.name ?? name;
  const specs = new Map(deployment.components.map((spec) => [spec.name, spec]));
  simulation.start();
  for (const process of processes) process.start();
  const monitoring = new Monitoring({
    simulation,
    outside: outside('prometheus'),
    ruleFiles: deployment.rules,
    targets: services.flatMap(({ spec, processes: own }) => {
      const { port, metricsPath } = (spec as ServiceSpec).http;
      return metricsPath === undefined
        ? []
        : own.map(({ name }) => ({ job: spec.name, host: name, port, path: metricsPath }));
    }),
    ...(options.sabotage?.kind === 'rule-removed' ? { removedAlert: options.sabotage.alert } : {}),
  });
  const stopGuard =
    (options.guard ?? sampled(options.seed)) ? watchNativeIo((offence) => simulation.fail(offence)) : () => {};
  return simulatedRunning({
    deployment,
    options,
    simulation,
    network,
    components,
    logs,
    monitoring,
    admin: new SimulatedAdministration(specs, administration, firstInstance),
    work: () => ({
      events: simulation.events,
      statements: bridges.reduce((sum, { statements }) => sum + statements, 0),
      redisCommands: redisServers.reduce((sum, { stats }) => sum + stats.commands, 0),
    }),
    stop: () => {
      stopGuard();
      for (const process of processes) process.kill();
      simulation.stop();
      setCurrentNetwork(undefined);
      setCurrentSimulation(undefined);
    },
  });
}

/** Without a word from the caller the guard is on for one seed in eight: it costs about a sixth of a run. */
const sampled = (seed: number): boolean => mix(seed) % 8 === 0;

/** `name` for one instance, `name-1`, `name-2` ... for several. */
function instanceNames({ name, instances }: ServiceSpec): readonly string[] {
  return instances === 1 ? [name] : Array.from({ length: instances }, (_, index) => `${name}-${index + 1}`);
}

function environment(spec: ServiceSpec, sabotage: Sabotage | undefined): Readonly<Record<string, string>> {
  if (sabotage?.kind === 'configuration' && sabotage.component === spec.name) return { ...spec.env, ...sabotage.env };
  if (sabotage?.kind === 'safeguard-off' && spec.safeguards.includes(sabotage.safeguard)) {
    return { ...spec.env, SAFEGUARDS_OFF: sabotage.safeguard };
  }
  return spec.env;
}

/** Messages that a service has sent to clients: it answers while this grows. */
function requestsAnswered(network: SimNetwork, own: readonly SimProcess[]): number {
  return network.sentBy(own.map((process) => process.options.host));
}
