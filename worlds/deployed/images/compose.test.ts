import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { deployment } from '../../../deployments/numbering.ts';
import type { PostgresSpec, RedisSpec, ServiceSpec } from '../../../contract/index.ts';
import { environmentOf, instancesOf, prometheusConfiguration, proxies, proxyConfiguration } from './topology.ts';

/** What docker-compose.chaos.yml says of a service; lists and maps as written, merge keys applied. */
interface ComposeService {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly mem_limit?: string;
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

const ROOT = join(import.meta.dirname, '..', '..', '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const compose = parse(read('docker-compose.chaos.yml'), { merge: true }) as {
  services: Record<string, ComposeService>;
  networks: Record<string, { labels: Record<string, string> }>;
  volumes: Record<string, { labels: Record<string, string> }>;
};
const { services } = compose;
const RUN = '${FAULTLINE_RUN:-by-hand}';

/** Services of the compose file that are no component: they serve the others. */
const BESIDE = ['clocks', 'toxiproxy', 'migrate', 'task-runtime', 'prometheus', 'k6'];

const specs = <Kind extends string>(kind: Kind) =>
  deployment.components.filter((spec): spec is Extract<typeof spec, { kind: Kind }> => spec.kind === kind);
const placed = specs('service').flatMap((spec) => instancesOf(spec).map((instance) => [instance, spec] as const));
/** Container ports that are published. */
const published = (name: string): readonly number[] =>
  (services[name]!.ports ?? []).map((each) => Number(/:(\d+)$/.exec(each)?.[1]));

test('its services are the instances of the deployment and what serves them', () => {
  const instances = deployment.components.flatMap((spec) => instancesOf(spec));
  expect(new Set(Object.keys(services))).toEqual(new Set([...instances, ...BESIDE]));
});

test.each(placed)(
  '%s is started as the deployment says, and knows only proxies',
  (instance: string, spec: ServiceSpec) => {
    const service = services[instance]!;
    const { LD_PRELOAD, FAULTLINE_CLOCK_FILE, ...environment } = service.environment!;
    expect(environment).toEqual(environmentOf(deployment, spec, instance));
    expect({ LD_PRELOAD, FAULTLINE_CLOCK_FILE }).toEqual({
      LD_PRELOAD: '/clocks/skew.so',
      FAULTLINE_CLOCK_FILE: `/clocks/${instance}`,
    });
    expect(service.command).toEqual(['node', spec.entry]);
    expect(service.labels).toEqual({
      'org.faultline.run': RUN,
      'org.faultline.component': spec.name,
      'org.faultline.task': instance,
      'org.faultline.liveness': `http://${instance}:${spec.http.port}${spec.http.livenessPath ?? spec.http.healthPath}`,
    });
    expect(service.healthcheck?.test).toEqual(['CMD', 'answers', String(spec.http.port), spec.http.healthPath]);
    expect(published(instance)).toContain(spec.http.port);
    // A supervisor depends on nothing in the deployment; the rest waits for the schema and the proxies.
    if (spec.dependsOn.length > 0) expect(Object.keys(service.depends_on!)).toEqual(['migrate', 'redis', 'toxiproxy']);
  },
);

test.each(specs('postgres'))('$name is the PostgreSQL of the deployment', (spec: PostgresSpec) => {
  const service = services[spec.name]!;
  expect(service.environment).toMatchObject({
    POSTGRES_DB: spec.database,
    FAULTLINE_CLOCK_FILE: `/clocks/${spec.name}`,
  });
  expect(service.command).toEqual(['postgres', '-c', `max_connections=${spec.maxConnections}`]);
  expect(published(spec.name)).toEqual([spec.port]);
  expect(services['migrate']!.command).toEqual([
    'node',
    'worlds/deployed/images/service/prepare.ts',
    `deployments/${deployment.system}.ts`,
    spec.name,
  ]);
  expect(services['migrate']!.environment).toEqual({
    DATABASE_URL: `postgres://postgres@${spec.name}:${spec.port}/${spec.database}`,
  });
});

test.each(specs('redis'))('$name is the Redis of the deployment', (spec: RedisSpec) => {
  const settings = Object.entries(spec.config).flatMap(([name, value]) => [`--${name}`, value]);
  expect(spec.persistent).toBe(false);
  expect(services[spec.name]!.command).toEqual(['redis-server', '--save', '', '--appendonly', 'no', ...settings]);
  expect(services[spec.name]!.environment).toMatchObject({ FAULTLINE_CLOCK_FILE: `/clocks/${spec.name}` });
  expect(published(spec.name)).toEqual([spec.port]);
});

test('Toxiproxy has one listener for each client and server', () => {
  expect(JSON.parse(read('worlds/deployed/images/numbering/toxiproxy.json'))).toEqual(proxyConfiguration(deployment));
  const clients = proxies(deployment).filter(({ client }) => client === 'client');
  expect(published('toxiproxy')).toEqual([8474, ...clients.map(({ listen }) => listen)]);
});

test('Prometheus scrapes what the deployment says, with its rule files', () => {
  expect(parse(read('worlds/deployed/images/numbering/prometheus.yml'))).toEqual(
    prometheusConfiguration(deployment, ['/etc/prometheus/rules/*.yaml']),
  );
  const rules = services['prometheus']!.volumes!.filter((each) => each.includes('/etc/prometheus/rules/'));
  expect(rules.map((each) => /:-\.\/(.*)\}:/.exec(each)?.[1])).toEqual(deployment.rules);
});

test('everything carries the label of its run, a limit of memory, and is published on 127.0.0.1 alone', () => {
  for (const [name, service] of Object.entries(services)) {
    expect([name, service.labels['org.faultline.run']]).toEqual([name, RUN]);
    expect([name, service.mem_limit]).toEqual([name, expect.stringMatching(/^\d+m$/)]);
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z0-9_]+:-\}:\d+$/);
    expect([name, service.profiles]).toEqual([name, [name === 'k6' ? 'load' : 'numbering']]);
  }
  for (const made of [...Object.values(compose.networks), ...Object.values(compose.volumes)]) {
    expect(made.labels['org.faultline.run']).toBe(RUN);
  }
});

test('every image has a substitute, and no other', () => {
  const variables = new Set(Object.values(services).map(({ image }) => /^\$\{([A-Z0-9]+_IMAGE):-/.exec(image)?.[1]));
  const switched = read('worlds/deployed/images/local.env').match(/^\w+(?==)/gm);
  expect(new Set(switched)).toEqual(variables);
});
