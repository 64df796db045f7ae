/** docker-compose.chaos.yml out of a deployment: what `write-compose.ts` writes and `compose.test.ts` holds the file to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComponentSpec, Deployment, ServiceSpec } from '../../../contract/index.ts';
import { withPresent } from '../../../contract/index.ts';
import { throughProxies } from '../stack/listeners.ts';
import { block, clockEnvironment, serverService } from './compose-servers.ts';
import { instancesOf, listening, proxies } from './topology.ts';

/** Toxiproxy's own API. */
const TOXIPROXY_API = 8474;
/** A listener takes some 100 kB; a busy one more. */
const TOXIPROXY_MB = 128;

/** Variable that names the port of this machine at which one of an instance's own is published. */
export function portVariable(instance: string, kind?: string): string {
  return `${[instance, ...(kind === undefined ? [] : [kind])].join('_').replaceAll('-', '_').toUpperCase()}_PORT`;
}

/** A port that is published on 127.0.0.1 alone, where the engine picks unless the variable says. */
export function published(variable: string, inside: number): string {
  return `127.0.0.1:\${${variable}:-}:${inside}`;
}

/** The whole file. Not laid out: that is prettier's. */
export function composeFile(deployment: Deployment): string {
  const all = withPresent(deployment);
  const servers = all.components.flatMap((spec) =>
    spec.kind === 'service' ? [] : instancesOf(spec).map((name) => serverService(all, deployment, spec, name)),
  );
  const services = all.components.flatMap((spec) =>
    spec.kind === 'service' ? instancesOf(spec).map((name) => nodeService(deployment, all, spec, name)) : [],
  );
  return `${readFileSync(join(import.meta.dirname, 'compose-head.yml'), 'utf8')}${toxiproxy(deployment)}${prometheus(deployment)}${migrate(all)}
${servers.join('\n')}
${services.join('\n')}
`;
}

/** Prometheus' rule files as volumes: each has its place in a folder that nothing else is in. */
export function rulesOf(deployment: Deployment): readonly string[] {
  return [...new Set(deployment.rules)].map(
    (file) => `./${file}:/etc/prometheus/rules/${file.slice(file.lastIndexOf('/') + 1)}:ro`,
  );
}

function nodeService(deployment: Deployment, all: Deployment, spec: ServiceSpec, instance: string): string {
  const { port, healthPath, livenessPath } = spec.http;
  const environment = {
    ...throughProxies(instance, spec.env, proxies(deployment), all.components),
    ...clockEnvironment(instance),
  };
  const ports = listening(spec).map(([kind, inside]) => published(portVariable(instance, kind), inside));
  return `
  ${instance}:
    <<: *service
    labels:
      <<: *labels
      org.faultline.component: ${spec.name}
      org.faultline.task: ${instance}
      org.faultline.liveness: http://${instance}:${port}${livenessPath ?? healthPath}
    command: [node, ${spec.entry}]
    environment:
${block(environment, 6)}    ports: ${JSON.stringify(ports)}
    healthcheck: { <<: *health, test: [CMD, answers, '${port}', ${healthPath}] }
${aliases(spec, instance)}${spec.dependsOn.length > 0 ? '' : WITHOUT_SERVERS}`;
}

/** A supervisor and stand-ins depend on nothing in the deployment; the rest waits for the schema and the proxies. */
const WITHOUT_SERVERS = `    depends_on:
      clocks: { condition: service_completed_successfully }
      task-runtime: { condition: service_started }
`;

/** The name of a component of several instances is that of all of them, as in the simulated world. */
export function aliases(spec: ComponentSpec, instance: string): string {
  return instance === spec.name ? '' : `    networks: { default: { aliases: [${spec.name}] } }\n`;
}

function toxiproxy(deployment: Deployment): string {
  const listeners = proxies(deployment)
    .filter(({ client }) => client === 'client')
    .map(({ name, listen }) => published(portVariable(name.replace('--', '_').replace('--', '_')), listen));
  const ports = [published('TOXIPROXY_PORT', TOXIPROXY_API), ...listeners];
  return `
  # One listener for each client and server: worlds/deployed/images/numbering/toxiproxy.json. The published ones are the load generator's.
  toxiproxy:
    image: \${TOXIPROXY_IMAGE:-ghcr.io/shopify/toxiproxy:2.12.0}
    labels: *labels
    profiles: [${deployment.system}]
    command: [-host=0.0.0.0, -config=/etc/toxiproxy.json, -proxy-metrics]
    volumes: ['\${TOXIPROXY_CONFIG:-./worlds/deployed/images/${deployment.system}/toxiproxy.json}:/etc/toxiproxy.json:ro']
    ports:
${block(ports, 6)}    healthcheck: { <<: *health, test: [CMD, /toxiproxy-cli, list] }
    mem_limit: ${TOXIPROXY_MB}m
    memswap_limit: ${TOXIPROXY_MB}m
    stop_grace_period: 1s
`;
}

function prometheus(deployment: Deployment): string {
  const configuration = `./worlds/deployed/images/${deployment.system}/prometheus.yml`;
  const volumes = [`\${PROMETHEUS_CONFIG:-${configuration}}:/etc/prometheus/prometheus.yml:ro`, ...rulesOf(deployment)];
  return `
  prometheus:
    image: \${PROMETHEUS_IMAGE:-prom/prometheus:v2.53.3}
    labels: *labels
    profiles: [${deployment.system}]
    command:
      - --config.file=/etc/prometheus/prometheus.yml
      - --storage.tsdb.path=/prometheus
      - --storage.tsdb.retention.time=2h
      - --web.enable-lifecycle
    volumes:
${block(volumes, 6)}    ports: ['${published('PROMETHEUS_PORT', 9090)}']
    healthcheck: { <<: *health, test: [CMD, promtool, query, instant, 'http://127.0.0.1:9090', vector(1)] }
    mem_limit: 256m
    memswap_limit: 256m
    stop_grace_period: 2s
`;
}

function migrate({ system, components }: Deployment): string {
  const [primary, ...more] = components.filter((spec) => spec.kind === 'postgres' && spec.standbyOf === undefined);
  if (primary?.kind !== 'postgres' || more.length > 0)
    throw new Error(`${system}: expected one PostgreSQL that is no standby, found ${more.length + Number(!!primary)}`);
  return `
  # Schema and inventory, once; it waits for the server by itself and goes to it directly, as no service may.
  migrate:
    image: \${SERVICE_IMAGE:-faultline/service:local}
    build: *service-build
    labels: *labels
    profiles: [${system}]
    environment:
      DATABASE_URL: postgres://postgres@${primary.name}:${primary.port}/${primary.database}
    command: [node, worlds/deployed/images/service/prepare.ts, deployments/${system}.ts, ${primary.name}]
    mem_limit: 192m
    depends_on:
      ${primary.name}: { condition: service_started }
`;
}
