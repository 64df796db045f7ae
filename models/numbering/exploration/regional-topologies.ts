import type { DrawableFault, Topology } from '../../../contract/index.ts';
import { OWN, between, each, links, often, processes } from './drawable.ts';
import {
  CLEANUP,
  CONSUMER_LINKS,
  CORE_INVARIANTS,
  CORE_LINKS,
  ENVIRONMENT,
  LEASE_COMMANDS,
  RELAY_LINKS,
  SERVICES,
  core,
} from './own-topologies.ts';

const REPLICATION: readonly [string, string] = ['postgres', 'postgres-mzr'];

const REGION_LINKS: readonly (readonly [string, string])[] = [
  ...CORE_LINKS,
  REPLICATION,
  ['numbering-service-mzr', 'postgres'],
  ['numbering-service-mzr', 'postgres-mzr'],
  ['failover-manager', 'postgres'],
  ['failover-manager', 'postgres-mzr'],
];

const REGION_FAULTS: readonly DrawableFault[] = [
  ...processes([...SERVICES, 'numbering-service-mzr', CLEANUP, 'redis', 'postgres-mzr', 'failover-manager']),
  ...links(REGION_LINKS),
  { kind: 'storage.replay-paused', targets: each('postgres-mzr'), lastsMs: between(1000, 15_000) },
];

const regions: Topology = {
  ...core,
  name: 'regions',
  weight: 1,
  needs: [...core.needs, 'postgres-mzr', 'numbering-service-mzr', 'failover-manager'],
  environment: { 'numbering-service': ENVIRONMENT, 'numbering-service-mzr': ENVIRONMENT },
  faults: REGION_FAULTS,
  links: REGION_LINKS,
};

/**
 * The same, where the primary may be lost. Only leases are confirmed by both regions: a reservation may be lost with the
 * primary, and is then as if it had expired (system/numbering/service/perform.ts), so that none is made here.
 */
const failover: Topology = {
  ...regions,
  name: 'failover',
  commands: [...LEASE_COMMANDS, 'look-up', 'browse', 'repeat'],
  faults: [
    ...REGION_FAULTS,
    {
      kind: 'storage.primary-lost',
      weight: 2 * OWN,
      targets: [['postgres', 'failover-manager']],
      lastsMs: between(1000, 20_000),
    },
    {
      kind: 'storage.switchover',
      weight: OWN,
      targets: [
        ['postgres-mzr', 'failover-manager'],
        ['postgres', 'failover-manager'],
      ],
      lastsMs: between(1000, 10_000),
    },
  ],
  // As often as all others together: what is on its way to the standby is lost with the primary.
  links: [...REGION_LINKS, ...REGION_LINKS.map(() => REPLICATION)],
  invariants: CORE_INVARIANTS.filter((name) => name !== 'reservations-expire' && name !== 'limits-are-per-tenant'),
};

const REGISTRY = 'sender-id-registry';
const ALPHA_LINKS = [...SERVICES, 'numbering-service-mzr']
  .map((service): [string, string] => [service, REGISTRY])
  .concat([[REGISTRY, 'postgres']]);

/** Sender ids in both regions: one of them decides by what its standby shows. */
const regionsAlpha: Topology = {
  ...regions,
  name: 'regions+alpha',
  needs: [...regions.needs, REGISTRY],
  commands: ['reserve-alpha', 'assign-alpha', 'assign', 'release', 'release-reservation', 'validate-alpha', 'repeat'],
  faults: [...REGION_FAULTS, ...often(links(ALPHA_LINKS)), ...often(processes([REGISTRY]))],
  links: [...REGION_LINKS, ...ALPHA_LINKS, ...REGION_LINKS.map(() => REPLICATION)],
  invariants: [...CORE_INVARIANTS, 'no-unverified-alpha'],
};

/** Events where the primary may be lost: what was taken in of them must not be lost with it. */
const failoverEvents: Topology = {
  ...failover,
  name: 'failover+events',
  needs: [...failover.needs, 'nats', 'outbox-relay', 'billing-consumer', REGISTRY],
  commands: [...LEASE_COMMANDS, 'repeat'],
  faults: [
    ...failover.faults,
    ...processes(['outbox-relay', 'billing-consumer', REGISTRY, 'nats-1']),
    ...links([...RELAY_LINKS, ...CONSUMER_LINKS]),
  ],
  links: [...failover.links, ...RELAY_LINKS],
  invariants: [...failover.invariants, 'outbox-complete', 'events-in-order'],
};

/** Those with a second region. They are slow: each has more than one real server. */
export const regionalTopologies: readonly Topology[] = [regions, failover, regionsAlpha, failoverEvents];
