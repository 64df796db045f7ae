import type { ComponentSpec, ServiceSpec } from '../../contract/index.ts';
import { CONFIRMED, DATABASE_URL, FAILOVER } from './core.ts';

/** Every node, since clients use the addresses that they are given. */
export const NATS_URLS = [1, 2, 3].map((n) => `nats://nats-${n}:4222`).join(',');

/** NATS, and the services that speak over it. */
export const messaging: readonly ComponentSpec[] = [
  { kind: 'nats', name: 'nats', instances: 3, port: 4222, dependsOn: [] },
  service('outbox-relay', 'outbox-relay/config.ts#relayConfig', 8082, {
    env: { DATABASE_URL, NATS_URLS },
    livenessPath: '/health/live',
    safeguards: ['outbox-hold', 'relay-retry', 'ordered-drain'],
    dependsOn: ['postgres', 'nats'],
  }),
  service('billing-consumer', 'billing-consumer/config.ts#billingConfig', 8083, {
    env: { DATABASE_URL, NATS_URLS },
    dependsOn: ['postgres', 'nats'],
  }),
  service('sender-id-registry', 'sender-id-registry/config.ts#registryConfig', 8084, {
    env: { DATABASE_URL, GRPC_PORT: '9094' },
    envWith: { nats: { NATS_URLS } },
    dependsOn: ['postgres'],
  }),
  service('compliance-engine', 'compliance-engine/config.ts#complianceConfig', 8085, {
    env: { DATABASE_URL, NATS_URLS },
    livenessPath: '/health/live',
    dependsOn: ['postgres', 'nats'],
  }),
  {
    kind: 'service',
    name: 'fraud-intel',
    instances: 1,
    entry: 'standins/fraud-intel/main.ts',
    // Named, so that a faster world divides it as the others' is.
    env: { NATS_URLS, NATS_DUPLICATE_WINDOW_MS: '120000', HTTP_PORT: '8086' },
    safeguards: [],
    http: { port: 8086, healthPath: '/health/live' },
    dependsOn: ['nats'],
  },
];

type Differing = Pick<ServiceSpec, 'env' | 'dependsOn'> &
  Partial<Pick<ServiceSpec, 'envWith' | 'safeguards'>> &
  Pick<ServiceSpec['http'], 'livenessPath'>;

/** A service of one instance in `system/numbering/<name>/`. */
function service(
  name: string,
  configuration: string,
  port: number,
  { env, envWith = {}, safeguards = [], livenessPath, ...rest }: Differing,
): ServiceSpec {
  return {
    kind: 'service',
    name,
    instances: 1,
    entry: `system/numbering/${name}/main.ts`,
    configuration: `system/numbering/${configuration}`,
    env: { ...env, HTTP_PORT: String(port) },
    envWith: { 'postgres-mzr': CONFIRMED, 'failover-manager': FAILOVER, ...envWith },
    safeguards,
    http: {
      port,
      healthPath: '/health/ready',
      metricsPath: '/metrics',
      ...(livenessPath === undefined ? {} : { livenessPath }),
    },
    ...rest,
  };
}
