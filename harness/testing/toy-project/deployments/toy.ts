import type { Deployment } from 'faultline';

export const deployment: Deployment = {
  system: 'toy',
  rules: [],
  components: [
    {
      kind: 'service',
      name: 'server',
      dependsOn: ['cache'],
      instances: 1,
      entry: 'server.ts',
      env: {},
      safeguards: ['fallback'],
      http: { port: 80, healthPath: '/health' },
    },
    { kind: 'redis', name: 'cache', dependsOn: [], port: 6379, config: {}, persistent: false },
    { kind: 'redis', name: 'unused', dependsOn: [], port: 6379, config: {}, persistent: false },
  ],
};
