import type { Deployment } from '../contract/index.ts';
import { administration } from './numbering/administration.ts';
import { core } from './numbering/core.ts';
import { jobs } from './numbering/jobs.ts';
import { messaging } from './numbering/messaging.ts';
import { pooler } from './numbering/pooler.ts';
import { regions } from './numbering/regions.ts';
import { tenants } from './numbering/tenants.ts';

/** What runs where, for numbering-service. Ports are those of `system/numbering/README.md`. Servers stand before their clients. */
export const deployment: Deployment = {
  system: 'numbering',
  rules: [
    'system/numbering/alerts/primary.yaml',
    'system/numbering/alerts/reservations.yaml',
    'system/numbering/alerts/regions.yaml',
    'system/numbering/alerts/events.yaml',
    'system/numbering/alerts/tenants.yaml',
    'system/numbering/alerts/administration.yaml',
    'system/numbering/alerts/experience.yaml',
  ],
  components: [...core, ...regions, ...pooler, ...messaging, ...administration, ...jobs, ...tenants],
};
