import path from 'node:path';
import type {
  ComponentSpec,
  Deployment,
  Observations,
  RunOptions,
  Running,
  Sabotage,
  ServiceSpec,
} from '../../../contract/index.ts';
import { watchNativeIo } from '../kernel/guard.ts';
import type { Life } from '../kernel/life.ts';
import { SimProcess, type Program } from '../kernel/process.ts';
import { mix } from '../kernel/random.ts';
import { Simulation, setCurrentSimulation } from '../kernel/simulation.ts';
import { WallClock } from '../kernel/wall-clock.ts';
import { releaseRun } from '../network/after-run.ts';
import { SimNetwork, setCurrentNetwork } from '../network/network.ts';
import { SimulatedAdministration } from './administration.ts';
import type { Clusters } from './clusters.ts';
import type { ComponentParts } from './component.ts';
import { healthCheck } from './health.ts';
import { Logs } from './logs.ts';
import { Monitoring } from './monitoring.ts';
import { Outside } from './outside.ts';
import { simulatedRunning } from './running.ts';
import { makeServer } from './servers/index.ts';
import type { Server, ServerContext } from './servers/server.ts';
import { type RuntimeDatabase, serveTaskRuntime } from './task-runtime.ts';

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
  const servers: Server[] = [];
  const databases: RuntimeDatabase[] = [];
  const specs = new Map(deployment.components.map((spec) => [spec.name, spec]));
  const context: ServerContext = { simulation, clusters, epoch: EPOCH, specs };
  const administration = outside('administration');
  const health = healthCheck(administration);
  for (const spec of deployment.components) {
    const add = (own: readonly SimProcess[], answered: () => number): void => {
      components.set(spec.name, { spec, processes: own, healthy: (process) => health(spec, process), answered });
    };
    if (spec.kind === 'service') {
      const names = [spec.name, ...(spec.partOf === undefined ? [] : [spec.partOf])];
      const file = path.resolve(spec.entry);
      const own = instanceNames(spec).map((name) =>
        make(name, { kind: 'entry', file }, spec, environment(spec, options.sabotage), names),
      );
      add(own, () => requestsAnswered(network, own));
    } else {
      const server = makeServer(configured(spec, options.sabotage), context);
      servers.push(server);
      const machines = Object.entries(server.programs).map(([name, program]) =>
        make(name, { kind: 'builtin', start: program }, spec, {}, name === spec.name ? [] : [spec.name]),
      );
      add(machines, server.answered);
      const { rebuild } = server;
      if (rebuild !== undefined) databases.push(...machines.map((process) => ({ process, rebuild })));
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
      databases,
    ),
  );
  const firstInstance = (name: string): string => components.get(name)?.processes[0]?.name ?? name;
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
    ...(options.scrapeWhenAsked === undefined ? {} : { whenAsked: options.scrapeWhenAsked }),
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
      ...sumOf(servers.map((server) => server.work())),
    }),
    stop: () => {
      stopGuard();
      simulation.stop();
      for (const process of processes) process.kill();
      setCurrentNetwork(undefined);
      setCurrentSimulation(undefined);
      releaseRun();
    },
  });
}

/** Without a word from the caller the guard is on for one seed in eight: it costs about a sixth of a run. */
const sampled = (seed: number): boolean => mix(seed) % 8 === 0;

/** `name` for one instance, `name-1`, `name-2` ... for several. */
function instanceNames({ name, instances }: ServiceSpec): readonly string[] {
  return instances === 1 ? [name] : Array.from({ length: instances }, (_, index) => `${name}-${index + 1}`);
}

/** A server's start configuration with what a sabotage adds to it. */
function configured<Spec extends ComponentSpec>(spec: Spec, sabotage: Sabotage | undefined): Spec {
  if (sabotage?.kind !== 'configuration' || sabotage.component !== spec.name || !('config' in spec)) return spec;
  return { ...spec, config: { ...spec.config, ...sabotage.env } };
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

/** Counts of several, added by name. */
function sumOf(all: readonly Observations[]): Observations {
  const sum: Record<string, number> = {};
  for (const counts of all) for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
