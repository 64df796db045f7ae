/** The servers of a deployment as services of docker-compose.chaos.yml. */
import { stringify } from 'yaml';
import type {
  ComponentSpec,
  Deployment,
  NatsSpec,
  ObjectStoreSpec,
  PgbouncerSpec,
  PostgresSpec,
  RedisSpec,
  ServiceSpec,
} from '../../../contract/index.ts';
import { PROXY_HOST, instancesOf, proxies, replicationPeers } from './topology.ts';
import type { Proxy } from './topology.ts';

export type ServerSpec = Exclude<ComponentSpec, ServiceSpec>;

/** NATS' port between the servers of a cluster. */
const NATS_ROUTES = 6222;
/** PostgreSQL's own. */
const SHM = '64m';
/** On a server: where another of its set is reached for replication, by that one's name. The task runtime reads it. */
const REPLICATES_LABEL = 'org.faultline.replicates';
/** Of a server with standbys or one: who asks for it waits for the synchronous standby, others do not; a peer that is away is noticed. */
const REPLICATED = [
  'synchronous_commit=local',
  'wal_keep_size=1GB',
  'wal_sender_timeout=6s',
  'wal_receiver_timeout=6s',
  'wal_retrieve_retry_interval=200ms',
].flatMap((setting) => ['-c', setting]);

/** Of a server with a small disk. */
const SMALL_LOG = ['min_wal_size=32MB', 'max_wal_size=64MB'].flatMap((setting) => ['-c', setting]);

interface Parts {
  readonly image: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly volumes?: readonly string[];
  readonly health: readonly string[];
  readonly memoryMb: number;
  readonly graceS: number;
  readonly more?: string;
}

/** Preloads the clock shim; for programs that take the time from the C library. */
export const clockEnvironment = (instance: string): Readonly<Record<string, string>> => ({
  LD_PRELOAD: '/clocks/skew.so',
  FAULTLINE_CLOCK_FILE: `/clocks/${instance}`,
});
const CLOCKS = '${CLOCKS:-clocks}:/clocks';

/** @param all with what depends on others' presence; @param deployment as it is written, from which the proxies are numbered */
export function serverService(all: Deployment, deployment: Deployment, spec: ServerSpec, instance: string): string {
  const parts = partsOf(all, proxies(deployment), spec, instance);
  const variable = `${instance.replaceAll('-', '_').toUpperCase()}_PORT`;
  const preloaded = parts.environment?.['LD_PRELOAD'] !== undefined;
  const volumes = [...(preloaded ? [CLOCKS] : []), ...(parts.volumes ?? [])];
  return `
  ${instance}:
    image: ${parts.image}
    labels:
      <<: *labels
      org.faultline.component: ${spec.name}
${block(parts.labels ?? {}, 6).replace(/^ *\{\}\n/, '')}    profiles: [${all.system}]
${parts.environment === undefined ? '' : `    environment:\n${block(parts.environment, 6)}`}    command: ${JSON.stringify(parts.command)}
    ports: ['127.0.0.1:\${${variable}:-}:${spec.port}']
${volumes.length === 0 ? '' : `    volumes: ${JSON.stringify(volumes)}\n`}    healthcheck: { <<: *health, test: ${JSON.stringify(parts.health)} }
    mem_limit: ${parts.memoryMb}m
    memswap_limit: ${parts.memoryMb}m
    stop_grace_period: ${parts.graceS}s
${parts.more ?? ''}${instance === spec.name ? '' : `    networks: { default: { aliases: [${spec.name}] } }\n`}${preloaded ? '    depends_on: { clocks: { condition: service_completed_successfully } }\n' : ''}`;
}

/** What an instance of a server is started with in this deployment. */
export function serverStart(
  deployment: Deployment,
  links: readonly Proxy[],
  spec: ServerSpec,
  instance: string,
): Pick<Parts, 'command' | 'environment' | 'memoryMb'> {
  const { command, environment, memoryMb } = partsOf(deployment, links, spec, instance);
  return { command, memoryMb, ...(environment === undefined ? {} : { environment }) };
}

/** A map or a list, a line each. */
export function block(value: object, indent: number): string {
  return stringify(value, { lineWidth: 0 }).replaceAll(/^(?=.)/gm, ' '.repeat(indent));
}

function partsOf(all: Deployment, links: readonly Proxy[], spec: ServerSpec, instance: string): Parts {
  switch (spec.kind) {
    case 'postgres':
      return postgres(all, links, spec);
    case 'redis':
      return redis(spec);
    case 'nats':
      return nats(spec, instance);
    case 'pgbouncer':
      return pgbouncer(spec);
    case 'object-store':
      return objectStore(spec);
    default:
      return spec satisfies never;
  }
}

function postgres(all: Deployment, links: readonly Proxy[], spec: PostgresSpec): Parts {
  const peers = replicationPeers(all, spec);
  const waitedFor = all.components.flatMap((each) =>
    each.kind === 'postgres' && each.standbyOf === spec.name && each.synchronous === true ? [`"${each.name}"`] : [],
  );
  const primary = links.find(({ client, server }) => client === spec.name && server === spec.standbyOf);
  const replicated = peers.length > 0;
  return {
    image: '${POSTGRES_IMAGE:-postgres:17}',
    labels: Object.fromEntries(
      links
        .filter(({ client, server }) => client === spec.name && peers.includes(server))
        .map(({ server, listen }) => [`${REPLICATES_LABEL}.${server}`, `${PROXY_HOST}:${listen}`]),
    ),
    environment: {
      POSTGRES_DB: spec.database,
      // No password: reached from the run's own network and from 127.0.0.1 alone.
      POSTGRES_HOST_AUTH_METHOD: 'trust',
      ...(replicated ? { STANDBY_NAME: spec.name } : {}),
      ...(waitedFor.length > 0 ? { SYNCHRONOUS_STANDBYS: waitedFor.join(', ') } : {}),
      ...(primary === undefined ? {} : { PRIMARY_HOST: PROXY_HOST, PRIMARY_PORT: String(primary.listen) }),
      ...clockEnvironment(spec.name),
    },
    command: [
      ...(replicated ? ['sh', '/member.sh'] : []),
      'postgres',
      '-c',
      `max_connections=${spec.maxConnections ?? 100}`,
      ...(replicated ? REPLICATED : []),
      ...(spec.diskMb === undefined ? [] : SMALL_LOG),
    ],
    volumes: replicated
      ? [
          './worlds/deployed/images/postgres/replication.sh:/docker-entrypoint-initdb.d/replication.sh:ro',
          './worlds/deployed/images/postgres/member.sh:/member.sh:ro',
        ]
      : [],
    health: ['CMD', 'psql', '-h', '127.0.0.1', '-U', 'postgres', '-d', spec.database, '-Atqc', 'select 1'],
    memoryMb: 256,
    graceS: 5,
    more: `    shm_size: ${SHM}\n`,
  };
}

function redis(spec: RedisSpec): Parts {
  const settings = Object.entries(spec.config).flatMap(([name, value]) => [`--${name}`, value]);
  return {
    image: '${REDIS_IMAGE:-redis:8}',
    environment: clockEnvironment(spec.name),
    command: ['redis-server', '--save', '', '--appendonly', 'no', ...settings],
    health: ['CMD-SHELL', 'redis-cli ping | grep -q PONG'],
    memoryMb: 64,
    graceS: 2,
  };
}

/** Written in Go, which takes the time from the kernel itself: its clock cannot be moved. */
function nats(spec: NatsSpec, instance: string): Parts {
  const routes = instancesOf(spec).map((each) => `nats://${each}:${NATS_ROUTES}`);
  const cluster =
    routes.length === 1
      ? []
      : ['--cluster_name', spec.name, '--cluster', `nats://0.0.0.0:${NATS_ROUTES}`, '--routes', routes.join(',')];
  return {
    image: '${NATS_IMAGE:-nats:2-alpine}',
    command: [
      '--name',
      instance,
      '--port',
      String(spec.port),
      '--http_port',
      '8222',
      '--jetstream',
      // Clients would otherwise learn addresses past their proxies.
      '--no_advertise',
      '--store_dir',
      '/data',
      ...cluster,
    ],
    health: ['CMD-SHELL', "wget -q -O /dev/null 'http://127.0.0.1:8222/healthz'"],
    memoryMb: 128,
    graceS: 5,
  };
}

function pgbouncer(spec: PgbouncerSpec): Parts {
  return {
    image: '${PGBOUNCER_IMAGE:-edoburu/pgbouncer:v1.24.1-p1}',
    environment: clockEnvironment(spec.name),
    command: ['pgbouncer', '/etc/pgbouncer/pgbouncer.ini'],
    volumes: ['${PGBOUNCER_CONFIG:-./worlds/deployed/images/numbering/pgbouncer}:/etc/pgbouncer:ro'],
    health: ['CMD-SHELL', `nc -z 127.0.0.1 ${spec.port}`],
    memoryMb: 64,
    graceS: 2,
  };
}

function objectStore(spec: ObjectStoreSpec): Parts {
  return {
    image: '${VERSITYGW_IMAGE:-versity/versitygw:v1.0.18}',
    command: [
      '--port',
      `:${spec.port}`,
      '--access',
      spec.accessKey,
      '--secret',
      spec.secretKey,
      '--health',
      '/health',
      'posix',
      '/data',
    ],
    health: ['CMD-SHELL', `wget -q -O /dev/null 'http://127.0.0.1:${spec.port}/health'`],
    memoryMb: 128,
    graceS: 2,
  };
}
