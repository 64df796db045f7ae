import type { ComponentSpec, ServiceSpec } from '../../contract/index.ts';
import { inventory, latestExportIsAhead } from './inventory.ts';
import { operators } from './operators.ts';

export const DATABASE_URL = 'postgres://postgres@postgres:5432/numbering';
export const KMS_URL = 'http://provider-kms:8087';
/** How services reach the object store. */
export const OBJECT_STORE = {
  OBJECT_STORE_URL: 'http://object-store:9000',
  OBJECT_STORE_BUCKET: 'numbering',
  OBJECT_STORE_ACCESS_KEY: 'numbering',
  OBJECT_STORE_SECRET_KEY: 'numbering-secret',
};
const pooled = (database: string): string => `postgres://postgres@pgbouncer:6432/${database}`;
/** How services reach the same servers where a pooler stands before them. */
export const POOLED = {
  DATABASE_URL: pooled('numbering'),
  DATABASE_CANDIDATES: [
    `postgres=${pooled('numbering')}`,
    `postgres-replica=${pooled('numbering_replica')}`,
    `postgres-mzr=${pooled('numbering_mzr')}`,
  ].join(),
};
export const REDIS_URL = 'redis://redis:6379/0';

/** How a service follows the primary where one server may take another's place. */
export const FAILOVER = {
  FAILOVER_MANAGER_URL: 'http://failover-manager:8095',
  DATABASE_CANDIDATES: ['postgres', 'postgres-replica', 'postgres-mzr']
    .map((name) => `${name}=postgres://postgres@${name}:5432/numbering`)
    .join(),
};

/** Where a synchronous standby is deployed, what must last is confirmed by it. */
export const CONFIRMED = { STANDBY_CONFIRMATION: 'true' };

/** What the service asks for its answers, in whichever region it is. */
export const ASKED = {
  'object-store': OBJECT_STORE,
  'provider-kms': { KMS_URL },
  'sender-id-registry': { SENDER_ID_REGISTRY_ADDRESS: 'sender-id-registry:9094' },
  'fraud-intel': { FRAUD_INTEL_URL: 'http://fraud-intel:8086' },
} as const;

export const numberingService: ServiceSpec = {
  kind: 'service',
  name: 'numbering-service',
  instances: 2,
  entry: 'system/numbering/service/main.ts',
  configuration: 'system/numbering/service/config.ts#serviceConfig',
  env: { DATABASE_URL, REDIS_URL, HTTP_PORT: '8080', GRPC_PORT: '9090' },
  envWith: {
    'postgres-replica': {
      HEARTBEAT: 'true',
      REPLICA_DATABASE_URL: 'postgres://postgres@postgres-replica:5432/numbering',
      REPLICA_USE: 'reports',
    },
    'postgres-mzr': { HEARTBEAT: 'true', ...CONFIRMED },
    'failover-manager': FAILOVER,
    pgbouncer: POOLED,
    ...ASKED,
  },
  safeguards: [
    'postgres-fallback',
    'quota-aggregation',
    'reservation-key-ttl',
    'cleanup-lag-metric',
    'quarantine-state-check',
    'idempotency-payload-hash',
    'idempotency-key-store',
    'validation-age-bound',
    'compare-and-set',
    'hot-path-primary',
    'report-reroute',
    'write-throttle',
    'quorum-confirmation',
    'retry-hint',
    'error-mapping',
    'contract-check',
    'import-signature-check',
    'export-halt',
    'export-temporary-name',
    'anchor-sign-offs',
    'availability-check',
    'alpha-fail-closed',
    'alpha-verify-deadline',
    'conflict-counter',
    'reserve-rate-limit',
    'rate-per-tenant',
    'burst-signal',
  ],
  http: { port: 8080, healthPath: '/health/ready', livenessPath: '/health/live', metricsPath: '/metrics' },
  dependsOn: ['postgres', 'redis'],
};

/** What every row needs: the service, its database and its cache. */
export const core: readonly ComponentSpec[] = [
  {
    kind: 'postgres',
    name: 'postgres',
    port: 5432,
    database: 'numbering',
    migrate: 'system/numbering/migrate.ts',
    seed: inventory() + operators(),
    today: latestExportIsAhead(),
    maxConnections: 100,
    dependsOn: [],
  },
  {
    kind: 'redis',
    name: 'redis',
    port: 6379,
    // Set at start: a Redis that restarts has lost what CONFIG SET said.
    config: { 'notify-keyspace-events': 'Ex' },
    persistent: false,
    dependsOn: [],
  },
  numberingService,
];
