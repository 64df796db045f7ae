import fc from 'fast-check';
import type { DrawableFault, Topology } from '../../../contract/index.ts';
import { QUARANTINE_MS, SWEEP_MS } from './commands.ts';
import type { CommandName } from './commands.ts';
import { RECALLED_PER_TICK, RECALL_TICK_MS } from './recalls.ts';
import { OWN, between, clocks, each, links, often, options, processes } from './drawable.ts';

export const SERVICES = ['numbering-service-1', 'numbering-service-2'];
export const CLEANUP = 'numbering-jobs-cleanup';

export const ENVIRONMENT = { QUARANTINE_MS: String(QUARANTINE_MS) };
const SWEEP = { ...ENVIRONMENT, QUARANTINE_SWEEP_MS: String(SWEEP_MS) };

export const CORE_LINKS: readonly (readonly [string, string])[] = [
  ...SERVICES.flatMap((service): [string, string][] => [
    [service, 'postgres'],
    [service, 'redis'],
  ]),
  [CLEANUP, 'postgres'],
  [CLEANUP, 'redis'],
];

export const coreFaults: readonly DrawableFault[] = [
  ...processes([...SERVICES, CLEANUP, 'redis', 'postgres']),
  // Once more by itself: what is under way there is everybody's.
  { kind: 'process.kill', weight: 2, targets: each('postgres'), lastsMs: between(200, 15_000) },
  { kind: 'process.terminate', targets: each(...SERVICES, CLEANUP), lastsMs: between(200, 15_000) },
  ...links(CORE_LINKS),
  // The same for the link over which everything is decided.
  ...links(SERVICES.map((service) => [service, 'postgres'] as const)),
  ...clocks([CLEANUP]),
  { kind: 'cache.flushed', targets: each('redis'), lastsMs: between(1, 1) },
  { kind: 'cache.notifications-off', targets: each('redis'), lastsMs: between(1000, 30_000) },
  {
    kind: 'storage.table-lock',
    targets: each('postgres'),
    options: options({ table: fc.constantFrom('numbering.identifiers', 'numbering.leases', 'numbering.reservations') }),
    lastsMs: between(200, 8000),
  },
];

/** From an identifier to a lease and back, by its tenant. */
export const TENANT_COMMANDS: readonly CommandName[] = [
  'reserve',
  'assign',
  'assign-number',
  'assign-any',
  'release',
  'release-reservation',
];

/** A lease and what becomes of it, without a reservation before it. */
export const LEASE_COMMANDS: readonly CommandName[] = [
  'assign-number',
  'assign-any',
  'release',
  'recall',
  'reinstate',
  'validate',
];

export const CORE_COMMANDS: readonly CommandName[] = [
  ...TENANT_COMMANDS,
  'recall',
  'reinstate',
  'meddle',
  'validate',
  'look-up',
  'browse',
  'repeat',
  'reuse-key',
  'borrow-key',
];

export const CORE_INVARIANTS = [
  'durable-before-effect',
  'single-holder',
  'cache-age-bound',
  'active-leases-preserved',
  'reservations-expire',
  'idempotent-effect',
  'quarantine-respected',
  'limits-are-per-tenant',
];

export const core: Topology = {
  name: 'core',
  weight: 4,
  needs: ['numbering-service', CLEANUP],
  environment: { 'numbering-service': ENVIRONMENT },
  commands: CORE_COMMANDS,
  faults: coreFaults,
  links: CORE_LINKS,
  invariants: CORE_INVARIANTS,
};

const SWEEPER = 'numbering-jobs-quarantine';

/** With the job that gives back what has rested: numbers go round, and come back to who had them or to others. */
export const rested: Topology = {
  ...core,
  needs: [...core.needs, SWEEPER],
  environment: { 'numbering-service': ENVIRONMENT, [SWEEPER]: SWEEP },
};

const sweep: Topology = {
  ...rested,
  name: 'core+sweep',
  weight: 3,
  // What rests, and who wants it back.
  commands: ['reserve', 'assign', 'assign-number', 'release', 'recall', 'reinstate', 'validate', 'repeat'],
  faults: [
    ...coreFaults,
    ...often(processes([SWEEPER])),
    ...often(clocks([SWEEPER])),
    { kind: 'network.partition', weight: OWN, targets: [[SWEEPER, 'postgres']], lastsMs: between(100, 15_000) },
  ],
};

export const RELAY_LINKS: readonly (readonly [string, string])[] = [
  ['outbox-relay', 'postgres'],
  ['outbox-relay', 'nats'],
  ['outbox-relay', 'nats-1'],
];
/** Consumers of the events. Their messages come over whichever node of NATS they chose. */
export const CONSUMER_LINKS: readonly (readonly [string, string])[] = [
  'billing-consumer',
  'sender-id-registry',
].flatMap((consumer): [string, string][] => [
  [consumer, 'postgres'],
  [consumer, 'nats'],
]);

const events: Topology = {
  ...rested,
  name: 'core+events',
  weight: 4,
  needs: [...rested.needs, 'nats', 'outbox-relay', 'billing-consumer', 'sender-id-registry'],
  // What makes events, and what looks at identifiers.
  commands: [
    'reserve',
    'assign',
    'assign-number',
    'release',
    'release-reservation',
    'recall',
    'reinstate',
    'validate',
    'repeat',
  ],
  faults: [
    ...coreFaults,
    ...often(processes(['outbox-relay'])),
    ...often(processes(['billing-consumer', 'sender-id-registry', 'nats-1', 'nats-2', 'nats-3'])),
    ...often(links([...RELAY_LINKS, ...CONSUMER_LINKS])),
    // An event that cannot be entered must come again.
    ...often(links(CONSUMER_LINKS.filter(([, other]) => other === 'postgres'))),
    { kind: 'broker.quorum-lost', targets: each('nats'), lastsMs: between(1000, 15_000) },
  ],
  links: [...CORE_LINKS, ...RELAY_LINKS],
  invariants: [...CORE_INVARIANTS, 'outbox-complete', 'events-in-order'],
};

const WORKER = 'numbering-jobs-recall';

const recalls: Topology = {
  ...events,
  name: 'core+recall',
  weight: 2,
  needs: [...core.needs, 'nats', 'outbox-relay', 'compliance-engine', WORKER],
  environment: {
    'numbering-service': ENVIRONMENT,
    [WORKER]: {
      ...ENVIRONMENT,
      RECALL_IDS_PER_TICK: String(RECALLED_PER_TICK),
      RECALL_TICK_MS: String(RECALL_TICK_MS),
    },
  },
  commands: [...CORE_COMMANDS, 'suspend', 'suspect'],
  faults: [
    ...coreFaults,
    ...often(processes([WORKER, 'compliance-engine', 'outbox-relay', 'nats-1'])),
    ...often(
      links([
        [WORKER, 'postgres'],
        [WORKER, 'nats'],
        ['compliance-engine', 'postgres'],
        ['compliance-engine', 'nats'],
      ]),
    ),
    // What was begun must be gone on with.
    { kind: 'process.kill', weight: 2 * OWN, targets: each(WORKER), lastsMs: between(200, 8000) },
    // A suspension that cannot be noted must come again.
    ...often(links([[WORKER, 'postgres']])),
  ],
  links: CORE_LINKS,
  invariants: [...CORE_INVARIANTS, 'outbox-complete', 'events-in-order', 'recall-complete'],
};

const IMPORTS = 'numbering-jobs-imports';

const imports: Topology = {
  ...core,
  name: 'core+imports',
  weight: 1,
  needs: [...core.needs, 'object-store', IMPORTS],
  // Files, and who meets their numbers' neighbours meanwhile.
  commands: ['import', 'reserve', 'assign-number', 'assign-any', 'release', 'browse'],
  faults: [
    ...coreFaults,
    ...often(processes([IMPORTS, 'object-store'])),
    ...often(
      links([
        [IMPORTS, 'postgres'],
        [IMPORTS, 'object-store'],
        ['numbering-service-1', 'object-store'],
      ]),
    ),
  ],
  invariants: [...CORE_INVARIANTS, 'import-all-or-nothing'],
};

/** Those of numbering-service and its jobs. The light ones come most. */
export const ownTopologies: readonly Topology[] = [core, sweep, events, recalls, imports];
