import type { Deployment } from '../contract/index.ts';

/** Two instances of a service with a bug that exploration must find, and their database: `models/canary`. */
export const deployment: Deployment = {
  system: 'canary',
  rules: [],
  components: [
    {
      kind: 'postgres',
      name: 'postgres',
      port: 5432,
      database: 'canary',
      migrate: 'models/canary/service/migrate.ts',
      seed: 'select 1;',
      dependsOn: [],
    },
    {
      kind: 'service',
      name: 'canary',
      instances: 2,
      entry: 'models/canary/service/main.ts',
      env: { DATABASE_URL: 'postgres://postgres@postgres:5432/canary', HTTP_PORT: '8080' },
      safeguards: ['write-before-answer'],
      http: { port: 8080, healthPath: '/health' },
      dependsOn: ['postgres'],
    },
  ],
};
