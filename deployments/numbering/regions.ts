import type { ComponentSpec } from '../../contract/index.ts';
import { ASKED, CONFIRMED, FAILOVER, numberingService } from './core.ts';

const at = (server: string): string => `postgres://postgres@${server}:5432/numbering`;

const STANDBY = {
  kind: 'postgres',
  port: 5432,
  database: 'numbering',
  migrate: 'system/numbering/migrate.ts',
  seed: '',
  maxConnections: 100,
  standbyOf: 'postgres',
  dependsOn: ['postgres'],
} as const;

/** Standbys, the second region, the pooler, and what fails over between them. */
export const regions: readonly ComponentSpec[] = [
  { ...STANDBY, name: 'postgres-replica', zone: 'kbl-b' },
  { ...STANDBY, name: 'postgres-mzr', zone: 'mzr-a', region: 'mzr', synchronous: true },
  {
    ...numberingService,
    name: 'numbering-service-mzr',
    zone: 'mzr-a',
    region: 'mzr',
    instances: 1,
    env: {
      ...numberingService.env,
      REGION: 'mzr',
      // Redis is in the other region, a round trip of 18 ms away.
      REDIS_COMMAND_TIMEOUT_MS: '100',
      REPLICA_DATABASE_URL: at('postgres-mzr'),
      REPLICA_USE: 'region',
      HEARTBEAT: 'true',
      ...CONFIRMED,
    },
    envWith: { 'failover-manager': FAILOVER, ...ASKED },
    dependsOn: ['postgres', 'postgres-mzr', 'redis'],
  },
  {
    kind: 'service',
    name: 'failover-manager',
    // A third place: the loss of a region does not take along who has to act on it.
    zone: 'witness-a',
    region: 'witness',
    instances: 1,
    entry: 'system/operations/failover-manager/main.ts',
    configuration: 'system/operations/failover-manager/config.ts#failoverConfig',
    env: {
      SERVERS: ['postgres', 'postgres-mzr'].map((name) => `${name}=${at(name)}`).join(),
      SYNCHRONOUS_STANDBY: 'postgres-mzr',
      TASK_RUNTIME_URL: 'http://task-runtime:7000',
      REGION_PROBES: probes({ kbl: ['numbering-service-1', 'numbering-service-2'] }),
      HTTP_PORT: '8095',
    },
    envWith: {
      'postgres-replica': {
        SERVERS: ['postgres', 'postgres-replica', 'postgres-mzr'].map((name) => `${name}=${at(name)}`).join(),
      },
      'numbering-service-mzr': {
        REGION_PROBES: probes({
          kbl: ['numbering-service-1', 'numbering-service-2'],
          mzr: ['numbering-service-mzr'],
        }),
      },
    },
    safeguards: ['automatic-promotion', 'promotion', 'fencing-old-primary'],
    http: { port: 8095, healthPath: '/health/ready', livenessPath: '/health/live', metricsPath: '/metrics' },
    dependsOn: ['postgres', 'postgres-mzr'],
  },
];

/** `region=url` of each instance that answers for a region. */
function probes(instances: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(instances)
    .flatMap(([region, names]) => names.map((name) => `${region}=http://${name}:8080/health/live`))
    .join();
}
