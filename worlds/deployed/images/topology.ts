/** What a deployment becomes on containers: instances, the proxies between them, the environment that knows only proxies. */
import type { ComponentSpec, Deployment, PostgresSpec, ServiceSpec } from '../../../contract/index.ts';

/** Name under which services reach Toxiproxy. */
export const PROXY_HOST = 'toxiproxy';
/** Listeners are numbered from here, in the order of the deployment. */
const FIRST_LISTENER = 20_001;
/** The load generator, outside the deployment's network. */
const LOAD_GENERATOR = 'client';

/** One listener of Toxiproxy, for one client and one port of one server. */
export interface Proxy {
  /** `<client>--<server>`; with `--grpc` and the like for a further port of the server. */
  readonly name: string;
  /** Instance, or `client` for the load generator. */
  readonly client: string;
  /** Instance. */
  readonly server: string;
  /** Port that the server listens on. */
  readonly port: number;
  /** Port that Toxiproxy listens on. */
  readonly listen: number;
}

/** `name` for one instance, `name-1`, `name-2` … for several. */
export function instancesOf({ name, ...spec }: ComponentSpec): readonly string[] {
  if (!('instances' in spec) || spec.instances === 1) return [name];
  return Array.from({ length: spec.instances }, (_, index) => `${name}-${index + 1}`);
}

/**
 * Every link of the deployment: from components to what they are told of others, whichever of those are there (`envWith`), and
 * from the load generator to services.
 */
export function proxies(deployment: Deployment): readonly Proxy[] {
  const found: Omit<Proxy, 'listen'>[] = [];
  for (const spec of deployment.components)
    for (const client of instancesOf(spec))
      for (const { host, port, first } of targets(deployment, spec))
        found.push({ name: `${client}--${host}${first ? '' : `--${port}`}`, client, server: host, port });
  for (const spec of deployment.components) {
    if (spec.kind !== 'service') continue;
    for (const server of instancesOf(spec))
      for (const [kind, port] of listening(spec)) {
        const name = `${LOAD_GENERATOR}--${server}${port === spec.http.port ? '' : `--${kind}`}`;
        found.push({ name, client: LOAD_GENERATOR, server, port });
      }
  }
  return found.map((proxy, index) => ({ ...proxy, listen: FIRST_LISTENER + index }));
}

/** Where a component reaches a server: at its proxy. */
export function throughProxy(
  deployment: Deployment,
  { name }: ComponentSpec,
  { host, port }: { readonly host: string; readonly port: number },
): { readonly host: string; readonly port: number } {
  const proxy = proxies(deployment).find((each) => each.client === name && each.server === host && each.port === port);
  if (proxy === undefined) throw new Error(`${name} has no proxy for ${host}:${port}`);
  return { host: PROXY_HOST, port: proxy.listen };
}

/** Toxiproxy's configuration file. */
export function proxyConfiguration(deployment: Deployment): readonly object[] {
  return proxies(deployment).map(({ name, server, port, listen }) => ({
    name,
    listen: `0.0.0.0:${listen}`,
    upstream: `${server}:${port}`,
    enabled: true,
  }));
}

/** Prometheus' configuration: scrapes and evaluates every 2 s, `job` the component, `instance` its address, as the simulated one. */
export function prometheusConfiguration(deployment: Deployment, ruleFiles: readonly string[]): object {
  return {
    global: { scrape_interval: '2s', scrape_timeout: '1s', evaluation_interval: '2s' },
    rule_files: ruleFiles,
    scrape_configs: deployment.components.flatMap((spec) =>
      spec.kind !== 'service' || spec.http.metricsPath === undefined
        ? []
        : [
            {
              job_name: spec.name,
              metrics_path: spec.http.metricsPath,
              static_configs: [{ targets: instancesOf(spec).map((instance) => `${instance}:${spec.http.port}`) }],
            },
          ],
    ),
  };
}

/** What a component is told of the others' addresses; `first`: the first port of that host, after which the link is named. */
function targets(
  deployment: Deployment,
  spec: ComponentSpec,
): readonly { readonly host: string; readonly port: number; readonly first: boolean }[] {
  const hosts = new Set(deployment.components.flatMap((each) => [each.name, ...instancesOf(each)]));
  const found = new Map<string, { host: string; port: number; first: boolean }>();
  for (const { host, port } of told(deployment, spec)) {
    if (!hosts.has(host) || found.has(`${host}:${port}`)) continue;
    const first = [...found.values()].every((each) => each.host !== host);
    found.set(`${host}:${port}`, { host, port, first });
  }
  return [...found.values()];
}

/** The servers of the set that this one replicates in: any may become primary, and any other its standby. Its own primary is the first. */
export function replicationPeers({ components }: Deployment, spec: PostgresSpec): readonly string[] {
  const first = spec.standbyOf ?? spec.name;
  return components.flatMap((each) =>
    each.kind === 'postgres' && each.name !== spec.name && (each.standbyOf ?? each.name) === first ? [each.name] : [],
  );
}

/** Addresses in what a component is started with. */
function told(
  deployment: Deployment,
  spec: ComponentSpec,
): readonly { readonly host: string; readonly port: number }[] {
  if (spec.kind === 'pgbouncer') return Object.values(spec.databases);
  if (spec.kind === 'postgres') return replicationPeers(deployment, spec).map((host) => ({ host, port: spec.port }));
  if (spec.kind !== 'service') return [];
  return [spec.env, ...Object.values(spec.envWith ?? {})]
    .flatMap((env) => Object.values(env))
    .flatMap((value) => [...value.matchAll(ADDRESS)])
    .map(([, host = '', port]) => ({ host, port: Number(port) }));
}

/** `host:port` alone, in a URL, or among several; user names and passwords before an @ are no hosts. */
const ADDRESS = /(?<=^|[/@,])([a-z][a-z0-9-]*):(\d+)(?![\w@])/g;

/** Ports that a service listens on, by kind: `HTTP_PORT` is `http`. */
export function listening(spec: ServiceSpec): readonly (readonly [string, number])[] {
  const named = Object.entries(spec.env).flatMap(([name, value]) => {
    const kind = /^([A-Z]+)_PORT$/.exec(name)?.[1];
    return kind === undefined ? [] : [[kind.toLowerCase(), Number(value)] as const];
  });
  return named.some(([, port]) => port === spec.http.port) ? named : [['http', spec.http.port], ...named];
}
