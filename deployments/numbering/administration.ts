import type { ComponentSpec } from '../../contract/index.ts';

/** A provider's, who is not lost with a region of ours. */
const ELSEWHERE = { zone: 'provider-a', region: 'provider' } as const;

/** The object store, the stand-in for keys, and what administrators and regulators use. */
export const administration: readonly ComponentSpec[] = [
  {
    kind: 'object-store',
    name: 'object-store',
    ...ELSEWHERE,
    port: 9000,
    buckets: ['numbering', 'regulator-exports'],
    accessKey: 'numbering',
    secretKey: 'numbering-secret',
    dependsOn: [],
  },
  {
    // Clients of the store go through it, so that a provider's errors are the same in every world.
    kind: 'service',
    name: 'object-gateway',
    ...ELSEWHERE,
    instances: 1,
    entry: 'standins/object-gateway/main.ts',
    env: { UPSTREAM_URL: 'http://object-store:9000', GATEWAY_PORT: '9000', HTTP_PORT: '8080' },
    safeguards: [],
    http: { port: 8080, healthPath: '/health/live' },
    dependsOn: ['object-store'],
  },
  {
    kind: 'service',
    name: 'provider-kms',
    ...ELSEWHERE,
    instances: 1,
    entry: 'standins/kms/main.ts',
    env: { HTTP_PORT: '8087' },
    safeguards: [],
    http: { port: 8087, healthPath: '/health/live' },
    dependsOn: [],
  },
];
