import type { Topology } from '../../../contract/index.ts';
import { officers } from './administration/topology.ts';
import { between, each, links, often, processes } from './drawable.ts';
import { BURST, BURSTS } from './bursts.ts';
import { LIMITS } from './limits.ts';
import { HOLD_MS, VALIDATE_TIMEOUT_MS } from './messages.ts';
import {
  CORE_COMMANDS,
  CORE_INVARIANTS,
  ENVIRONMENT,
  LEASE_COMMANDS,
  SERVICES,
  TENANT_COMMANDS,
  core,
  coreFaults,
  ownTopologies,
  rested,
} from './own-topologies.ts';
import { regionalTopologies } from './regional-topologies.ts';

const PORTAL = 'customer-portal';
const ORCHESTRATOR = 'sms-orchestrator';
const REGISTRY = 'sender-id-registry';

const TENANT_LINKS: readonly (readonly [string, string])[] = [
  [ORCHESTRATOR, 'nats'],
  ...SERVICES.flatMap((service): [string, string][] => [
    [ORCHESTRATOR, service],
    [PORTAL, service],
  ]),
  [PORTAL, ORCHESTRATOR],
];

/** What tenants use beside numbering-service: the portal, and messages. */
const tenants: Topology = {
  ...rested,
  name: 'core+tenants',
  weight: 3,
  needs: [...rested.needs, 'nats', ORCHESTRATOR, PORTAL],
  // Looks at held messages from 0.5 to 2 s apart in place of 5 s to 1 min.
  environment: {
    ...rested.environment,
    [ORCHESTRATOR]: {
      HOLD_MS: String(HOLD_MS),
      HOLD_RETRY_MS: '500',
      HOLD_RETRY_MAX_MS: '2000',
      VALIDATE_TIMEOUT_MS: String(VALIDATE_TIMEOUT_MS),
    },
  },
  commands: [...LEASE_COMMANDS, 'repeat', 'portal-reserve', 'portal-assign', 'portal-pool', 'send', 'message-state'],
  faults: [
    ...coreFaults,
    ...often(processes([ORCHESTRATOR, PORTAL, 'nats-1', 'nats-2'])),
    ...often(links(TENANT_LINKS)),
    // A message that cannot be validated must wait.
    ...often(links(SERVICES.map((service) => [ORCHESTRATOR, service] as const))),
    { kind: 'broker.quorum-lost', targets: each('nats'), lastsMs: between(1000, 15_000) },
  ],
  links: [...core.links, ...TENANT_LINKS],
  invariants: [...CORE_INVARIANTS, 'no-message-vanishes', 'fail-closed-dispatch'],
};

const ALPHA_LINKS = [...SERVICES.map((service) => [service, REGISTRY] as const), [REGISTRY, 'postgres'] as const];

/** Sender ids, which the registry must have verified. */
const alpha: Topology = {
  ...rested,
  name: 'core+alpha',
  weight: 3,
  needs: [...rested.needs, REGISTRY],
  commands: [...CORE_COMMANDS, 'reserve-alpha', 'assign-alpha', 'validate-alpha'],
  faults: [...coreFaults, ...often(processes([REGISTRY])), ...often(links(ALPHA_LINKS))],
  links: [...core.links, ...ALPHA_LINKS],
  invariants: [...CORE_INVARIANTS, 'no-unverified-alpha'],
};

/** The document's limits, so low that tenants meet them; `limits.ts` holds them, and not the invariant. */
const limits: Topology = {
  ...core,
  name: 'core+limits',
  weight: 3,
  commands: [...TENANT_COMMANDS, 'validate', 'repeat'],
  environment: {
    'numbering-service': {
      ...ENVIRONMENT,
      RESERVATION_QUOTA: String(LIMITS.reservations),
      LEASE_QUOTA: String(LIMITS.leases),
      RESERVE_LIMIT: String(LIMITS.reserves),
      RESERVE_LIMIT_WINDOW_MS: String(LIMITS.windowMs),
      VALIDATION_MAX_AGE_MS: String(LIMITS.readAgeMs),
      VALIDATION_REFRESH_MS: String(LIMITS.readAgainMs),
    },
  },
  // Where it is counted.
  faults: [...coreFaults, ...often(processes(['redis']))],
  invariants: CORE_INVARIANTS.filter((name) => name !== 'limits-are-per-tenant'),
};

const TELLING = SERVICES.map((service) => [service, 'fraud-intel'] as const);

/** Whoever asks for more than a rate, so low that tenants meet it, is told to fraud-intel. */
const burstsTold: Topology = {
  ...core,
  name: BURSTS,
  weight: 1,
  needs: [...core.needs, 'nats', 'fraud-intel'],
  commands: ['reserve', 'assign', 'release-reservation', 'repeat'],
  environment: {
    'numbering-service': {
      ...ENVIRONMENT,
      RESERVE_LIMIT: String(BURST.reserves),
      RESERVE_LIMIT_WINDOW_MS: String(BURST.windowMs),
    },
  },
  faults: [...coreFaults, ...processes(['fraud-intel']), ...links(TELLING)],
  invariants: limits.invariants,
};

/** What may be deployed. The light ones come most. */
export const topologies: readonly Topology[] = [
  ...ownTopologies,
  ...regionalTopologies,
  tenants,
  alpha,
  limits,
  burstsTold,
  officers,
];
