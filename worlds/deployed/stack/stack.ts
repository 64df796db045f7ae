import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { ComponentSpec, Deployment, RunOptions } from '../../../contract/index.ts';
import { CUT_PREFIX, FULL_PREFIX, STANDBY_PREFIX, isOffset } from '../dead-mans-switch/lease.ts';
import { Containers } from '../engine/containers.ts';
import { RUN_LABEL } from '../engine/labels.ts';
import { ProcessorShare, SHARES } from '../engine/processor-share.ts';
import { ownProcessors } from '../engine/processors.ts';
import { freePorts } from '../engine/free-ports.ts';
import { clockEnvironment, serverStart } from '../images/compose-servers.ts';
import type { ServerSpec } from '../images/compose-servers.ts';
import { instancesOf, replicationPeers } from '../images/topology.ts';
import type { Proxy } from '../images/topology.ts';
import { ProxyControl } from '../links/toxiproxy.ts';
import { asksWell } from '../running/health.ts';
import { Prometheus } from '../running/prometheus.ts';
import { scaledEnvironment } from '../scale/environment.ts';
import { Compose } from './compose.ts';
import { freshDatabase, waitForDisk } from './database.ts';
import { holderOf } from './disk.ts';
import type { Disk } from './disk.ts';
import { RunFolder } from './folder.ts';
import { Lease } from './lease.ts';
import { throughProxies } from './listeners.ts';
import { writeMonitoring } from './monitoring-files.ts';
import { composeOverride } from './override.ts';
import type { Change } from './override.ts';
import { patchedEnvironment } from './patched.ts';
import { writePooler } from './pooler-files.ts';
import { freshNats, freshObjects, freshRedis } from './servers.ts';

/** The world's own containers that stay over runs, with the ports that are published, inside. */
const TOXIPROXY_API = 8474;
const PROMETHEUS_PORT = 9090;
const PROMETHEUS = 'prometheus';
/** Real time that containers may take until they answer. */
const ANSWERS_WITHIN_MS = 60_000;
const ASK_EVERY_MS = 100;
const ASK_TIMEOUT_MS = 1000;
/** Of a log, where something did not start. */
const LAST_LINES = 8;

type StartOptions = Pick<RunOptions, 'speed' | 'sabotage' | 'pastProxies'>;

interface ConfiguredProxy {
  readonly name: string;
  readonly listen: string;
  readonly upstream: string;
}

/** The containers of one process of the harness: servers stay over its runs, services and Prometheus are made anew for each. */
export class Stack {
  readonly docker: Docker;
  readonly containers: Containers;
  readonly folder: RunFolder;
  readonly proxies: readonly Proxy[];
  readonly lease: Lease;
  readonly #compose: Compose;
  readonly #ports = new Map<string, ReadonlyMap<number, number>>();
  /** Servers that run, by instance, and the command that they were started with. */
  readonly #kept = new Map<string, string>();
  readonly #share: ProcessorShare;
  #services: readonly string[] = [];
  readonly #processors = ownProcessors();
  /** Parent control group of the containers. */
  #group: string | undefined;

  /** @param system whose profile of docker-compose.chaos.yml is brought up */
  constructor(docker: Docker, run: string, system: string, substitutes: boolean) {
    this.docker = docker;
    this.containers = new Containers(docker, run);
    this.folder = new RunFolder(run);
    this.lease = new Lease(this.folder.clocks);
    this.#share = new ProcessorShare(run);
    this.#compose = new Compose(run, this.folder, substitutes);
    this.proxies = configuredProxies(system);
  }

  /** Port of 127.0.0.1 at which an instance's own port is published. */
  port(instance: string, inside: number): number {
    const port = this.#ports.get(instance)?.get(inside);
    if (port === undefined) throw new Error(`${instance} publishes no port ${inside}`);
    return port;
  }

  get control(): ProxyControl {
    return new ProxyControl(this.port('toxiproxy', TOXIPROXY_API));
  }

  get prometheusPort(): number {
    return this.port(PROMETHEUS, PROMETHEUS_PORT);
  }

  /** Everything of a deployment, as at the start: servers reset, database from its template, services and Prometheus anew. */
  async start(deployment: Deployment, options: StartOptions): Promise<void> {
    await this.#endServices();
    this.folder.create();
    this.lease.hold();
    this.#group = this.#share.create(((await this.docker.info()) as { CgroupDriver: string }).CgroupDriver);
    await this.#keep(deployment);
    await this.control.reset();
    for (const spec of deployment.components) await this.#fresh(spec, options.speed);
    await this.#startServices(deployment, options);
  }

  /** Runs the load generator inside the network; its summary. */
  async generateLoad(script: string, settings: Readonly<Record<string, string>>): Promise<unknown> {
    return JSON.parse(await this.#compose.load(script, settings)) as unknown;
  }

  /** Ends and removes everything. */
  async down(): Promise<void> {
    this.lease.giveBack();
    await this.#compose.down();
    // Disks are not in the first file, by which compose takes volumes away.
    const { Volumes: volumes } = await this.docker.listVolumes({
      filters: { label: [`${RUN_LABEL}=${this.containers.run}`] },
    });
    for (const { Name } of volumes ?? []) await this.docker.getVolume(Name).remove();
    this.folder.remove();
    this.#share.remove();
  }

  async #endServices(): Promise<void> {
    if (this.#services.length > 0) await this.#compose.remove(this.#services);
    this.#services = [];
    if (!existsSync(this.folder.clocks)) return;
    for (const name of readdirSync(this.folder.clocks))
      if (isOffset(name) || [CUT_PREFIX, FULL_PREFIX, STANDBY_PREFIX].some((prefix) => name.startsWith(prefix)))
        rmSync(join(this.folder.clocks, name), { force: true });
  }

  /** Brings a server back to the start. What a standby holds is its primary's. */
  async #fresh(spec: ComponentSpec, speed: number): Promise<void> {
    // Poolers are made anew with the services.
    if (spec.kind === 'service' || spec.kind === 'pgbouncer') return;
    const ports = instancesOf(spec).map((instance) => this.port(instance, spec.port));
    const [port = 0] = ports;
    if (spec.kind === 'postgres') await waitForDisk(port, speed);
    if (spec.kind === 'postgres' && spec.standbyOf === undefined) await freshDatabase(spec, port, speed);
    if (spec.kind === 'redis') await freshRedis(port);
    if (spec.kind === 'nats') await freshNats(ports);
    if (spec.kind === 'object-store') await freshObjects(spec, port);
  }

  /** Starts servers that are not there yet or were started otherwise, and ends those that this deployment does not have. */
  async #keep(deployment: Deployment): Promise<void> {
    const servers = deployment.components.filter((spec) => spec.kind !== 'service' && spec.kind !== 'pgbouncer');
    const wanted = new Map(servers.flatMap((spec) => keptAs(deployment, this.proxies, spec)));
    const first = this.#kept.size === 0;
    const leaving = [...this.#kept.keys()].filter((name) => !wanted.has(name));
    if (leaving.length > 0) await this.#compose.remove(leaving);
    for (const name of leaving) this.#kept.delete(name);
    const missing = servers.filter((spec) =>
      instancesOf(spec).some((name) => this.#kept.get(name) !== wanted.get(name) || isReplicated(deployment, spec)),
    );
    if (missing.length === 0) return;
    const changes = new Map<string, Change>();
    if (first) {
      await this.#compose.once('clocks');
      const inside = [
        TOXIPROXY_API,
        ...this.proxies.filter(({ client }) => client === 'client').map(({ listen }) => listen),
      ];
      changes.set('toxiproxy', { ...(await this.#publish('toxiproxy', inside)), shares: SHARES.first });
      for (const name of ['task-runtime', 'dead-mans-switch']) changes.set(name, { ports: new Map() });
    }
    for (const spec of missing)
      for (const name of instancesOf(spec)) {
        const { memoryMb, ...start } = serverStart(deployment, this.proxies, spec, name);
        const disk = diskFor(deployment, spec);
        if (disk !== undefined) changes.set(holderOf(name), { ports: new Map(), holds: disk });
        changes.set(name, {
          ...(await this.#publish(name, [spec.port])),
          ...start,
          shares: spec.kind === 'redis' ? SHARES.first : SHARES.server,
          ...(disk === undefined ? {} : { disk: { ...disk, memoryMb } }),
        });
      }
    await this.#compose.up([...changes.keys()], composeOverride(changes, this.#group, this.#processors));
    for (const [name, command] of wanted) this.#kept.set(name, command);
    const silent = await this.#unanswered(
      missing.flatMap((spec) => instancesOf(spec).map((name): readonly [string, ComponentSpec] => [name, spec])),
    );
    const proxies = () =>
      this.control.read().then(
        () => true,
        () => false,
      );
    await this.#complain([...silent, ...((await until(proxies)) ? [] : ['toxiproxy'])]);
  }

  async #startServices(deployment: Deployment, { speed, sabotage, pastProxies = false }: StartOptions): Promise<void> {
    const services = deployment.components.filter((spec) => spec.kind === 'service');
    const changes = new Map<string, Change>();
    for (const spec of services) {
      const environment = await scaledEnvironment(spec, patchedEnvironment(spec, sabotage), speed);
      for (const instance of instancesOf(spec))
        changes.set(instance, {
          ...(await this.#publish(instance, [spec.http.port])),
          shares: SHARES.first,
          environment: {
            ...clockEnvironment(instance),
            ...(pastProxies ? environment : throughProxies(instance, environment, this.proxies, deployment.components)),
          },
        });
    }
    const poolers = deployment.components.filter((spec) => spec.kind === 'pgbouncer');
    for (const spec of poolers)
      changes.set(spec.name, {
        ...(await this.#publish(spec.name, [spec.port])),
        shares: SHARES.server,
        volumes: writePooler(this.folder, this.proxies, spec, { speed, sabotage, pastProxies }),
      });
    const volumes = writeMonitoring(this.folder, deployment, speed, sabotage);
    const published = await this.#publish(PROMETHEUS, [PROMETHEUS_PORT]);
    changes.set(PROMETHEUS, { ...published, shares: SHARES.server, volumes });
    this.#services = [...changes.keys()];
    const override = composeOverride(changes, this.#group, this.#processors);
    const asked = [...poolers, ...services].flatMap((spec) =>
      instancesOf(spec).map((instance): readonly [string, ComponentSpec] => [instance, spec]),
    );
    // What others call is up before them, as in any deployment: a job's first attempt is not to meet a gateway that is not there.
    const [first, then] = callersLast(asked, this.proxies);
    if (first.length > 0) {
      await this.#compose.up(
        first.map(([name]) => name),
        override,
      );
      await this.#complain(await this.#unanswered(first));
    }
    await this.#compose.up([...then.map(([name]) => name), PROMETHEUS], override);
    const prometheus = new Prometheus(this.prometheusPort);
    await this.#complain(await this.#unanswered(then));
    const scraped = services.filter(({ http }) => http.metricsPath !== undefined).flatMap(instancesOf);
    if (!(await until(() => prometheus.watches(scraped.length))))
      throw new Error(
        `Prometheus has not scraped each of ${scraped.length} targets within ${ANSWERS_WITHIN_MS / 1000} s: look at http://127.0.0.1:${this.prometheusPort}/targets`,
      );
  }

  /** Instances that have not answered their health question in time. */
  async #unanswered(instances: readonly (readonly [name: string, spec: ComponentSpec])[]): Promise<readonly string[]> {
    const found = await Promise.all(
      instances.map(async ([name, spec]) => {
        const port = this.port(name, spec.kind === 'service' ? spec.http.port : spec.port);
        return (await until(() => asksWell(spec, port, ASK_TIMEOUT_MS))) ? [] : [name];
      }),
    );
    return found.flat();
  }

  /** @throws with the last words of those that did not answer */
  async #complain(silent: readonly string[]): Promise<void> {
    if (silent.length === 0) return;
    const words = await Promise.all(
      silent.map(async (name) => {
        const log = await this.containers.lastWords(name, LAST_LINES).catch(() => 'no log');
        return `${name}:\n${log}`;
      }),
    );
    throw new Error(
      `no answer within ${ANSWERS_WITHIN_MS / 1000} s of their start: ${silent.join(', ')}\n${words.join('\n')}`,
    );
  }

  async #publish(instance: string, inside: readonly number[]): Promise<Change> {
    const outside = await freePorts(inside.length);
    const ports = new Map(inside.map((port, at) => [port, outside[at] as number]));
    this.#ports.set(instance, ports);
    return { ports };
  }
}

/** The proxies of a system, from the file with which its Toxiproxy is started. */
function configuredProxies(system: string): readonly Proxy[] {
  const file = join(import.meta.dirname, '..', 'images', system, 'toxiproxy.json');
  const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1));
  return (JSON.parse(readFileSync(file, 'utf8')) as readonly ConfiguredProxy[]).map(({ name, listen, upstream }) => {
    const [client = '', server = ''] = name.split('--');
    return { name, client, server, port: portOf(upstream), listen: portOf(listen) };
  });
}

/** What a server is kept as, by instance: another command is another server. */
function keptAs(deployment: Deployment, proxies: readonly Proxy[], spec: ServerSpec): (readonly [string, string])[] {
  return instancesOf(spec).map((name) => [name, JSON.stringify(serverStart(deployment, proxies, spec, name))]);
}

type Asked = readonly (readonly [name: string, spec: ComponentSpec])[];

/** Those that call none of the others, and then those that do. */
function callersLast(asked: Asked, proxies: readonly Proxy[]): readonly [Asked, Asked] {
  const names = new Set(asked.map(([name]) => name));
  const callers = new Set(proxies.filter(({ server }) => names.has(server)).map(({ client }) => client));
  return [asked.filter(([name]) => !callers.has(name)), asked.filter(([name]) => callers.has(name))];
}

/** A primary with its standbys is made anew for each run: who is which may have changed. */
function isReplicated(deployment: Deployment, spec: ServerSpec): boolean {
  return spec.kind === 'postgres' && replicationPeers(deployment, spec).length > 0;
}

/** The disk of its own that a server is to have. @throws for a server with standbys or one: those are made anew, and a disk stays */
function diskFor(deployment: Deployment, spec: ServerSpec): Disk | undefined {
  if (spec.kind !== 'postgres' || spec.diskMb === undefined) return undefined;
  if (isReplicated(deployment, spec))
    throw new Error(`${spec.name}: diskMb is for a server without standbys, and it has some or is one; leave it out`);
  return { instance: spec.name, megabytes: spec.diskMb };
}

/** Asks until the answer is yes; false when it was not in time. */
async function until(ask: () => Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + ANSWERS_WITHIN_MS; !(await ask()); await sleep(ASK_EVERY_MS))
    if (performance.now() > end) return false;
  return true;
}
