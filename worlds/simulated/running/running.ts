import {
  RunAborted,
  type Deployment,
  type Observations,
  type Residue,
  type RunOptions,
  type Running,
} from '../../../contract/index.ts';
import type { Host } from '../kernel/life.ts';
import type { Simulation } from '../kernel/simulation.ts';
import type { SimNetwork } from '../network/network.ts';
import type { SimulatedAdministration } from './administration.ts';
import { type ComponentParts, simulatedComponent } from './component.ts';
import { simulatedLink } from './links.ts';
import type { Logs } from './logs.ts';
import type { Monitoring } from './monitoring.ts';

export interface RunningParts {
  readonly deployment: Deployment;
  readonly options: RunOptions;
  readonly simulation: Simulation;
  readonly network: SimNetwork;
  readonly components: ReadonlyMap<string, ComponentParts>;
  readonly logs: Logs;
  readonly monitoring: Monitoring;
  readonly admin: SimulatedAdministration;
  readonly work: () => Observations;
  readonly stop: () => void;
}

/** The load generator's name in links. */
const CLIENT = 'client';

/** The contract's `Running` over the parts of a simulated run. */
export function simulatedRunning(parts: RunningParts): Running {
  const { simulation, network, components, logs, monitoring, admin, options } = parts;
  const find = (name: string): readonly ComponentParts[] => {
    const exact = components.get(name);
    if (exact !== undefined) return [exact];
    const group = [...components.values()].filter(({ spec }) => spec.partOf === name);
    if (group.length > 0) return group;
    for (const part of components.values()) {
      const instance = part.processes.filter((process) => process.name === name);
      if (instance.length > 0) return [{ ...part, processes: instance }];
    }
    throw new Error(`no component ${name}: this deployment has ${[...components.keys()].join(', ')}`);
  };
  const hosts = (name: string): readonly Host[] =>
    name === CLIENT
      ? [network.worldHost]
      : find(name).flatMap(({ processes }) => processes.map((process) => process.options.host));
  let stopped = false;
  const { promise: aborted, reject: abort } = Promise.withResolvers<never>();
  aborted.catch(() => {});
  const onAbort = (): void => abort(new RunAborted('the run was interrupted'));
  options.signal?.addEventListener('abort', onAbort);
  return {
    deployment: parts.deployment,
    clock: {
      speed: 1,
      now: () => simulation.now,
      sleep: (duration) => {
        if (options.signal?.aborted === true) return Promise.reject(new RunAborted('the run was interrupted'));
        const slept = new Promise<void>((resolve) => void simulation.after(duration, resolve, undefined));
        return Promise.race([slept, simulation.failed, aborted]);
      },
    },
    component: (name) => simulatedComponent(name, find(name)),
    link: (from, to) => simulatedLink(network, from, to, hosts),
    admin,
    endpoints: (service, port) =>
      find(service).flatMap(({ processes }) => processes.map(({ name }) => ({ host: name, port, instance: name }))),
    alerts: () => monitoring.changes,
    metrics: monitoring,
    scrape: () => monitoring.begin(),
    waiting: () => 0,
    log: (name) => logs.of(find(name).flatMap(({ processes }) => processes.map((process) => process.name))),
    residue: async () => residue(parts),
    traceHash: () => simulation.trace.hash,
    trace: () => simulation.trace.events,
    get work() {
      return parts.work();
    },
    [Symbol.asyncDispose]: async () => {
      if (stopped) return;
      stopped = true;
      // The signal outlives the run, and would keep all of it.
      options.signal?.removeEventListener('abort', onAbort);
      parts.stop();
    },
  };
}

/** What is not as it was at the start: link effects, processes that do not run, skewed clocks, changed server settings. */
async function residue({ network, components, admin }: RunningParts): Promise<Residue[]> {
  const found: Residue[] = network.effects().map((what) => ({ what, where: 'network' }));
  for (const { spec, processes } of components.values()) {
    for (const process of processes) {
      if (process.state !== 'running') found.push({ what: process.state, where: process.name });
      const skew = process.options.clock.skew();
      if (Math.abs(skew) > 0.001) found.push({ what: `clock is off by ${skew} ms`, where: process.name });
    }
    if (spec.kind !== 'redis' || processes.some((process) => process.state !== 'running')) continue;
    for (const [name, wanted] of Object.entries(spec.config)) {
      const reply = (await admin.redis(spec.name, 'CONFIG', 'GET', name)) as
        readonly string[] | Readonly<Record<string, string>>;
      const actual = Array.isArray(reply) ? (reply[1] as string) : (reply as Readonly<Record<string, string>>)[name];
      // The server reports flags in an order of its own: Ex as xE.
      if (sorted(actual ?? '') !== sorted(wanted)) {
        found.push({ what: `${name} is "${actual}", not "${wanted}"`, where: spec.name });
      }
    }
  }
  return found;
}

const sorted = (flags: string): string => flags.split('').toSorted().join('');
