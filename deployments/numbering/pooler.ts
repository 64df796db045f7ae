import type { ComponentSpec, ServiceSpec } from '../../contract/index.ts';
import { numberingService } from './core.ts';

/** Where services find the database of a PostgreSQL by the pooler. */
const pooled = (database: string): string => `postgres://postgres@pgbouncer:6432/${database}`;

/** Startup parameters that a pooled connection cannot keep: the limit for statements is set by `connectQuery` instead. */
const DATABASE = { port: 5432, database: 'numbering', connectQuery: "SET statement_timeout = '5s'" };

/** Pods that wait for the autoscaler: deployed by rows that name them. */
const SURGE = 'numbering-service-surge';

/** The pooler before PostgreSQL, what tells of it, and what adds pods when it is full. */
export const pooler: readonly ComponentSpec[] = [
  {
    kind: 'pgbouncer',
    name: 'pgbouncer',
    port: 6432,
    databases: {
      numbering: { host: 'postgres', ...DATABASE },
      numbering_replica: { host: 'postgres-replica', ...DATABASE },
      numbering_mzr: { host: 'postgres-mzr', ...DATABASE },
    },
    config: {
      pool_mode: 'transaction',
      default_pool_size: '8',
      max_client_conn: '200',
      query_wait_timeout: '5',
      server_connect_timeout: '2',
      server_login_retry: '1',
      ignore_startup_parameters: 'statement_timeout,extra_float_digits',
      admin_users: 'postgres',
    },
    dependsOn: ['postgres'],
  },
  {
    kind: 'service',
    name: 'pgbouncer-exporter',
    instances: 1,
    entry: 'system/operations/pgbouncer-exporter/main.ts',
    configuration: 'system/operations/pgbouncer-exporter/config.ts#exporterConfig',
    env: { PGBOUNCER_URL: pooled('pgbouncer'), HTTP_PORT: '9127' },
    safeguards: [],
    http: { port: 9127, healthPath: '/health/live', metricsPath: '/metrics' },
    dependsOn: ['pgbouncer'],
  },
  surge(2),
  {
    kind: 'service',
    name: 'autoscaler',
    instances: 1,
    entry: 'system/operations/autoscaler/main.ts',
    configuration: 'system/operations/autoscaler/config.ts#autoscalerConfig',
    env: {
      TASK_RUNTIME_URL: 'http://task-runtime:7000',
      METRICS_URL: 'http://pgbouncer-exporter:9127/metrics',
      TASKS: `${SURGE}-1,${SURGE}-2`,
      HTTP_PORT: '8091',
    },
    safeguards: [],
    http: { port: 8091, healthPath: '/health/live' },
    dependsOn: ['pgbouncer-exporter', SURGE],
  },
];

/** Further pods of numbering-service. */
function surge(instances: number): ServiceSpec {
  return { ...numberingService, name: SURGE, instances, dependsOn: [...numberingService.dependsOn, 'pgbouncer'] };
}
