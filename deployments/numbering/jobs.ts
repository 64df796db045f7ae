import type { ComponentSpec, ServiceSpec } from '../../contract/index.ts';
import { NATS_URLS } from './messaging.ts';
import { CONFIRMED, DATABASE_URL, FAILOVER, KMS_URL, OBJECT_STORE, REDIS_URL } from './core.ts';

/** The document's cron jobs, and who restarts them. */
export const jobs: readonly ComponentSpec[] = [
  job('reservation-cleanup', 'numbering-jobs-cleanup'),
  job('quarantine-sweep', 'numbering-jobs-quarantine'),
  // Rows that are about days name it.
  job('contract-check', 'numbering-jobs-contracts', { onlyWith: ['numbering-jobs-contracts'] }),
  job('capacity-report', 'numbering-jobs-capacity', { onlyWith: ['numbering-jobs-capacity'] }),
  job('imports', 'numbering-jobs-imports', {
    onlyWith: ['object-store'],
    dependsOn: ['object-store'],
    env: OBJECT_STORE,
  }),
  job('regulator-export', 'numbering-jobs-export', {
    onlyWith: ['object-store', 'provider-kms'],
    dependsOn: ['object-gateway', 'provider-kms'],
    // Through the gateway, where a provider's errors are made.
    env: { ...OBJECT_STORE, OBJECT_STORE_URL: 'http://object-gateway:9000', KMS_URL },
  }),
  job('audit-chain-verify', 'numbering-jobs-audit', {
    onlyWith: ['object-store', 'provider-kms'],
    dependsOn: ['object-store', 'provider-kms'],
    env: { ...OBJECT_STORE, KMS_URL },
  }),
  // What goes on in the other region when this one is lost.
  mzr('reservation-cleanup', 'numbering-jobs-cleanup-mzr'),
  mzr('regulator-export', 'numbering-jobs-export-mzr', {
    onlyWith: ['object-store', 'provider-kms'],
    dependsOn: ['object-gateway', 'provider-kms'],
    env: { ...OBJECT_STORE, OBJECT_STORE_URL: 'http://object-gateway:9000', KMS_URL },
  }),
  job('recall-worker', 'numbering-jobs-recall', {
    onlyWith: ['nats', 'compliance-engine'],
    dependsOn: ['nats'],
    env: { NATS_URLS },
  }),
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
];

/** The same job in the other region, where it is needed once that one is primary. */
function mzr(name: string, component: string, parts: Parameters<typeof job>[2] = {}): ComponentSpec {
  const { onlyWith = [], env = {} } = parts;
  return {
    ...job(name, component, {
      ...parts,
      onlyWith: ['numbering-service-mzr', 'failover-manager', ...onlyWith],
      env: { ...env, REGION: 'mzr' },
      regionServer: 'postgres-mzr',
    }),
    zone: 'mzr-a',
    region: 'mzr',
  };
}

/** Each job is a process of its own, as the document's cron jobs are. */
function job(
  name: string,
  component: string,
  {
    env = {},
    dependsOn = [],
    onlyWith,
    regionServer = 'postgres,postgres-replica',
  }: Partial<Pick<ServiceSpec, 'env' | 'dependsOn' | 'onlyWith'>> & { readonly regionServer?: string } = {},
): ServiceSpec {
  return {
    ...(onlyWith === undefined ? {} : { onlyWith }),
    kind: 'service',
    name: component,
    partOf: 'numbering-jobs',
    instances: 1,
    entry: 'system/numbering/jobs/main.ts',
    configuration: 'system/numbering/jobs/config.ts#jobsConfig',
    env: { DATABASE_URL, REDIS_URL, JOBS: name, HTTP_PORT: '8081', ...env },
    envWith: { 'postgres-mzr': CONFIRMED, 'failover-manager': { ...FAILOVER, REGION_SERVER: regionServer } },
    safeguards: [
      'safety-net-cron',
      'key-row-comparison',
      'reservation-key-ttl',
      'compare-and-set',
      'daily-contract-check',
      'import-single-transaction',
      'import-error-record',
      'daily-audit-verify',
      'export-halt',
      'export-temporary-name',
      'export-replanning',
      'recall-tick-limit',
      'recall-resume',
    ],
    http: { port: 8081, healthPath: '/health/live', metricsPath: '/metrics' },
    dependsOn: ['postgres', 'redis', ...dependsOn],
  };
}
