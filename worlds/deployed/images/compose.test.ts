import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { deployment } from '../../../deployments/numbering.ts';
import { composeFile } from './compose-file.ts';
import { instancesOf, prometheusConfiguration, proxies, proxyConfiguration } from './topology.ts';

/** What docker-compose.chaos.yml says of a service; lists and maps as written, merge keys applied. */
interface ComposeService {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly mem_limit?: string;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly labels: Readonly<Record<string, string>> }>>;
  readonly volumes: Readonly<Record<string, { readonly labels: Readonly<Record<string, string>> }>>;
}

const ROOT = join(import.meta.dirname, '..', '..', '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const compose = parse(read('docker-compose.chaos.yml'), { merge: true }) as ComposeFile;
const { services } = compose;
const RUN = '${FAULTLINE_RUN:-by-hand}';
const WRITE_ANEW = 'it has changed: node bin/n24.mjs worlds/deployed/images/write-compose.ts';

/** Services of the compose file that are no component: they serve the others. */
const BESIDE = ['clocks', 'toxiproxy', 'migrate', 'task-runtime', 'dead-mans-switch', 'prometheus', 'k6'];

test('the file is what deployments/numbering.ts makes of it', () => {
  expect(compose, WRITE_ANEW).toEqual(parse(composeFile(deployment), { merge: true }));
});

test('its services are the instances of the deployment and what serves them', () => {
  const instances = deployment.components.flatMap((spec) => instancesOf(spec));
  expect(new Set(Object.keys(services))).toEqual(new Set([...instances, ...BESIDE]));
});

test('a service is started by its entry file, as a task of the run, and knows only proxies', () => {
  expect(services['numbering-service-2']).toMatchObject({
    command: ['node', 'system/numbering/service/main.ts'],
    labels: {
      'org.faultline.component': 'numbering-service',
      'org.faultline.task': 'numbering-service-2',
      'org.faultline.liveness': 'http://numbering-service-2:8080/health/live',
    },
    environment: {
      REDIS_URL: expect.stringMatching(/^redis:\/\/toxiproxy:2\d{4}\/0$/),
      HTTP_PORT: '8080',
      FAULTLINE_CLOCK_FILE: '/clocks/numbering-service-2',
    },
  });
});

test('Toxiproxy has one listener for each client and server', () => {
  const configuration = JSON.parse(read('worlds/deployed/images/numbering/toxiproxy.json')) as object;
  expect(configuration, WRITE_ANEW).toEqual(proxyConfiguration(deployment));
  const all = proxies(deployment);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  const clients = all.filter(({ client }) => client === 'client').map(({ listen }) => listen);
  expect(services['toxiproxy']!.ports!.map((each) => Number(/:(\d+)$/.exec(each)?.[1]))).toEqual([8474, ...clients]);
});

test('Prometheus scrapes what the deployment says, with its rule files', () => {
  expect(parse(read('worlds/deployed/images/numbering/prometheus.yml')), WRITE_ANEW).toEqual(
    prometheusConfiguration(deployment, ['/etc/prometheus/rules/*.yaml']),
  );
  const rules = services['prometheus']!.volumes!.filter((each) => each.includes('/etc/prometheus/rules/'));
  expect(rules.map((each) => /^\.\/(.*):\/etc/.exec(each)?.[1])).toEqual(deployment.rules);
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

test('every image has a substitute', () => {
  const variables = Object.values(services).map(({ image }) => /^\$\{([A-Z0-9]+_IMAGE):-/.exec(image)?.[1]);
  const switched = read('worlds/deployed/images/local.env').match(/^\w+(?==)/gm);
  expect(switched).toEqual(expect.arrayContaining([...new Set(variables)]));
});
