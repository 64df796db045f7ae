import type { ComponentSpec, Deployment, RunOptions, Running } from '../../../contract/index.ts';
import { toSystem } from '../../../contract/index.ts';
import { instancesOf } from '../images/topology.ts';
import { Links } from '../links/link.ts';
import type { Stack } from '../stack/stack.ts';
import { randomStream } from './random-stream.ts';
import { DeployedAdministration } from './administration.ts';
import { RunClock } from './clock.ts';
import { deployedComponent } from './component.ts';
import type { Instance } from './component.ts';
import { asksWell } from './health.ts';
import { Disks, NO_SPACE } from './disks.ts';
import { Logs } from './logs.ts';
import { Monitoring } from './monitoring.ts';
import { ProcessorWait } from './processor-wait.ts';
import { residueOf } from './residue.ts';
import { WallClock } from './wall-clock.ts';
import { Watcher } from './watcher.ts';
import { WorldLog } from './world-log.ts';

/** Real time between readings of how long services waited for a processor. */
const WAIT_EVERY_MS = 100;
/** The load generator's name in links. */
const CLIENT = 'client';
/** A health question that has not been answered by then was not answered; the document's time. */
const HEALTH_TIMEOUT_MS = 1000;
/** ... but at least so long in real time: the machine is busy. */
const HEALTH_TIMEOUT_MIN_MS = 250;

/** The contract's `Running` over the containers of a stack that has just been started. */
export async function deployedRunning(stack: Stack, deployment: Deployment, options: RunOptions): Promise<Running> {
  const { containers, docker } = stack;
  const clock = new RunClock(options.speed, options.signal);
  const instances = deployment.components.flatMap((spec) =>
    instancesOf(spec).map((name): Instance => ({
      name,
      spec,
      clock: new WallClock(stack.folder.clocks, name, options.speed),
    })),
  );
  const find = (name: string): readonly Instance[] => {
    for (const fits of [
      ({ spec }: Instance) => spec.name === name,
      ({ spec }: Instance) => spec.partOf === name,
      (instance: Instance) => instance.name === name,
    ]) {
      const found = instances.filter(fits);
      if (found.length > 0) return found;
    }
    throw new Error(
      `no component ${name}: this deployment has ${deployment.components.map((spec) => spec.name).join(', ')}`,
    );
  };
  const portOf = ({ name, spec }: Instance): number => stack.port(name, ownPort(spec));
  const timeoutMs = Math.max(HEALTH_TIMEOUT_MIN_MS, toSystem(HEALTH_TIMEOUT_MS, options.speed));
  const watcher = new Watcher(containers, async (name) => {
    const instance = instances.find((each) => each.name === name);
    return instance !== undefined && watcher.of(name).state === 'running'
      ? asksWell(instance.spec, portOf(instance), timeoutMs)
      : false;
  });
  const admin = new DeployedAdministration((name) => {
    const found = find(name);
    const [first] = found;
    if (first === undefined) throw new Error(`${name} has no instance`);
    return { spec: first.spec, ports: found.map(portOf) };
  });
  const log = new WorldLog(() => clock.now());
  const links = new Links({
    control: stack.control,
    containers,
    marks: stack.folder.clocks,
    proxies: stack.proxies,
    speed: options.speed,
    log,
    random: (stream) => randomStream(options.seed, stream),
  });
  const monitoring = new Monitoring(stack.prometheusPort, clock);
  const wait = new ProcessorWait();
  const pids = new Map<string, number>();
  const measuring = setInterval(() => wait.read(clock.now(), pids), WAIT_EVERY_MS);
  const logs = new Logs(docker, containers, (wall) => clock.ofWall(wall));
  const follow = (name: string): void => void logs.follow(name).catch(() => {}); // it was ended again at once
  watcher.onChange((name, state) => {
    const instance = instances.find((each) => each.name === name);
    pids.delete(name);
    log.note(name, state);
    if (instance === undefined || state !== 'running') return;
    follow(name);
    if (instance.spec.kind === 'service')
      void containers.pid(name).then(
        (pid) => pids.set(name, pid),
        () => {}, // it was ended again at once
      );
  });
  const limits = new Map(
    await Promise.all(instances.map(async ({ name }) => [name, await containers.limits(name)] as const)),
  );
  await watcher.start();
  await watcher.look();
  monitoring.start();
  // A link to a component of several instances, by the name that they share, is a link to all of them.
  const names = (name: string): readonly string[] =>
    name === CLIENT
      ? [CLIENT]
      : find(name).flatMap(({ name: own, spec }) => (own === name || own === spec.name ? [own] : [own, spec.name]));
  const disks = new Disks(docker, containers, stack.folder.clocks);
  let stopped = false;
  return {
    deployment,
    clock,
    component: (name) =>
      deployedComponent(name, find(name), {
        containers,
        watcher,
        healthy: async (instance) =>
          watcher.of(instance.name).state === 'running' && asksWell(instance.spec, portOf(instance), timeoutMs),
        disks,
        outOfSpace: (own) => logs.of(own).filter(({ text }) => NO_SPACE.test(text)).length,
      }),
    link: (from, to) => links.between(from, to, names(from), names(to)),
    linked: (from, to) => links.ways(names(from), names(to)).length > 0,
    admin,
    endpoints: (service, port) =>
      find(service).map(({ name }) => {
        const proxy = stack.proxies.find(
          (each) => each.client === CLIENT && each.server === name && each.port === port,
        );
        if (proxy === undefined) throw new Error(`${name} has no port ${port} for its callers`);
        return { host: '127.0.0.1', port: stack.port('toxiproxy', proxy.listen), instance: name };
      }),
    alerts: () => monitoring.alerts(),
    metrics: monitoring,
    waiting: (from, to, service) =>
      wait.share(from, to, service === undefined ? undefined : find(service).map(({ name }) => name)),
    log: (name) => logs.of(find(name).map((instance) => instance.name)),
    worldLog: () => log.lines,
    generateLoad: (script, settings) => stack.generateLoad(script, settings),
    residue: () =>
      residueOf({ instances, containers, watcher, control: stack.control, admin, limits, lease: stack.lease, disks }),
    traceHash: () => undefined,
    trace: () => [],
    work: {},
    [Symbol.asyncDispose]: async () => {
      if (stopped) return;
      stopped = true;
      clock.end();
      clearInterval(measuring);
      monitoring.stop();
      watcher.stop();
      logs.stop();
      await admin[Symbol.asyncDispose]();
    },
  };
}

function ownPort(spec: ComponentSpec): number {
  return spec.kind === 'service' ? spec.http.port : spec.port;
}
