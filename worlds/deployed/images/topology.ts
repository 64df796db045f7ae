/** What a deployment becomes on containers: instances, the proxies between them, the environment that knows only proxies. */
import type { Deployment, ServiceSpec } from '../../../contract/index.ts';

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
export function instancesOf({ name, ...spec }: Deployment['components'][number]): readonly string[] {
  if (spec.kind !== 'service' || spec.instances === 1) return [name];
  return Array.from({ length: spec.instances }, (_, index) => `${name}-${index + 1}`);
}

/** Every link of the deployment: from services to what their environment names, and from the load generator to services. */
export function proxies(deployment: Deployment): readonly Proxy[] {
  const found: Omit<Proxy, 'listen'>[] = [];
  const services = deployment.components.filter((spec) => spec.kind === 'service');
  for (const spec of services) {
    for (const client of instancesOf(spec)) {
      for (const { host, port } of targets(deployment, spec)) {
        found.push({ name: `${client}--${host}`, client, server: host, port });
      }
    }
  }
  for (const spec of services) {
    for (const server of instancesOf(spec)) {
      for (const [kind, port] of ports(spec)) {
        const name = `${LOAD_GENERATOR}--${server}${port === spec.http.port ? '' : `--${kind}`}`;
        found.push({ name, client: LOAD_GENERATOR, server, port });
      }
    }
  }
  return found.map((proxy, index) => ({ ...proxy, listen: FIRST_LISTENER + index }));
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

/** A service's environment for one of its instances: each server's address is that of the instance's proxy. */
export function environmentOf(
  deployment: Deployment,
  spec: ServiceSpec,
  instance: string,
): Readonly<Record<string, string>> {
  const known = proxies(deployment).filter(({ client }) => client === instance);
  return Object.fromEntries(
    Object.entries(spec.env).map(([name, value]) => {
      if (!URL.canParse(value)) return [name, value];
      const { host } = new URL(value);
      const proxy = known.find(({ server, port }) => host === `${server}:${port}`);
      return [name, proxy === undefined ? value : value.replace(host, `${PROXY_HOST}:${proxy.listen}`)];
    }),
  );
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

/** What a service's environment names of the deployment's servers. */
function targets(deployment: Deployment, spec: ServiceSpec): readonly { host: string; port: number }[] {
  return Object.values(spec.env).flatMap((value) => {
    if (!URL.canParse(value)) return [];
    const { hostname, port } = new URL(value);
    const server = deployment.components.find(({ name }) => name === hostname);
    return server === undefined || server.kind === 'service'
      ? []
      : [{ host: hostname, port: Number(port) || server.port }];
  });
}

/** Ports that a service listens on, by kind: `HTTP_PORT` is `http`. */
function ports(spec: ServiceSpec): readonly (readonly [string, number])[] {
  return Object.entries(spec.env).flatMap(([name, value]) => {
    const kind = /^([A-Z]+)_PORT$/.exec(name)?.[1];
    return kind === undefined ? [] : [[kind.toLowerCase(), Number(value)] as const];
  });
}
