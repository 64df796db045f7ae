import type { Deployment } from '../contract/index.ts';
import { inventory } from './numbering-inventory.ts';

const DATABASE_URL = 'postgres://postgres@postgres:5432/numbering';
const REDIS_URL = 'redis://redis:6379/0';

/** What runs where, for numbering-service. Ports are those of `system/numbering/README.md`. */
export const deployment: Deployment = {
  system: 'numbering',
  rules: ['system/numbering/alerts.yaml'],
  components: [
    {
      kind: 'postgres',
      name: 'postgres',
      port: 5432,
      database: 'numbering',
      migrate: 'system/numbering/migrate.ts',
      seed: inventory(),
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
    {
      kind: 'service',
      name: 'numbering-service',
      instances: 2,
      entry: 'system/numbering/service/main.ts',
      configuration: 'system/numbering/service/config.ts#serviceConfig',
      env: { DATABASE_URL, REDIS_URL, HTTP_PORT: '8080', GRPC_PORT: '9090' },
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
      ],
      http: { port: 8080, healthPath: '/health/ready', livenessPath: '/health/live', metricsPath: '/metrics' },
      dependsOn: ['postgres', 'redis'],
    },
    job('reservation-cleanup', 'numbering-jobs-cleanup'),
    job('quarantine-sweep', 'numbering-jobs-quarantine'),
    {
      kind: 'service',
      name: 'supervisor',
      instances: 1,
      entry: 'system/operations/supervisor/main.ts',
      configuration: 'system/operations/supervisor/config.ts#supervisorConfig',
      env: { TASK_RUNTIME_URL: 'http://task-runtime:7000', HTTP_PORT: '8090', POLL_MS: '2000', PROBE_MS: '10000' },
      safeguards: [],
      http: { port: 8090, healthPath: '/health/live', metricsPath: '/metrics' },
      dependsOn: [],
    },
  ],
};

/** Each job is a process of its own, as the document's cron jobs are. */
function job(name: string, component: string): Deployment['components'][number] {
  return {
    kind: 'service',
    name: component,
    partOf: 'numbering-jobs',
    instances: 1,
    entry: 'system/numbering/jobs/main.ts',
    configuration: 'system/numbering/jobs/config.ts#jobsConfig',
    env: { DATABASE_URL, REDIS_URL, JOBS: name, HTTP_PORT: '8081' },
    safeguards: ['safety-net-cron', 'key-row-comparison', 'reservation-key-ttl', 'compare-and-set'],
    http: { port: 8081, healthPath: '/health/live', metricsPath: '/metrics' },
    dependsOn: ['postgres', 'redis'],
  };
}
