import type { ComponentSpec } from '../../contract/index.ts';
import { NATS_URLS } from './messaging.ts';

/** What tenants use beside numbering-service itself. */
export const tenants: readonly ComponentSpec[] = [
  {
    kind: 'service',
    name: 'sms-orchestrator',
    instances: 1,
    entry: 'system/numbering/sms-orchestrator/main.ts',
    configuration: 'system/numbering/sms-orchestrator/config.ts#orchestratorConfig',
    env: {
      NATS_URLS,
      NUMBERING_ADDRESSES: 'numbering-service-1:9090,numbering-service-2:9090',
      HTTP_PORT: '8083',
    },
    safeguards: ['dispatch-fail-closed', 'hold-time-limit'],
    http: { port: 8083, healthPath: '/health/ready', livenessPath: '/health/live', metricsPath: '/metrics' },
    dependsOn: ['numbering-service', 'nats'],
  },
  {
    kind: 'service',
    name: 'customer-portal',
    instances: 1,
    entry: 'system/numbering/customer-portal/main.ts',
    configuration: 'system/numbering/customer-portal/config.ts#portalConfig',
    env: { NUMBERING_URLS: 'http://numbering-service-1:8080,http://numbering-service-2:8080', HTTP_PORT: '8082' },
    envWith: { 'sms-orchestrator': { SMS_ORCHESTRATOR_URL: 'http://sms-orchestrator:8083' } },
    safeguards: ['portal-pool-reload'],
    http: { port: 8082, healthPath: '/health/ready', livenessPath: '/health/live', metricsPath: '/metrics' },
    dependsOn: ['numbering-service'],
  },
];
