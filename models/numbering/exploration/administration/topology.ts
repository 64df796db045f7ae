import type { Topology } from '../../../../contract/index.ts';
import { AUDIT_JOB } from '../../administration/verification.ts';
import { often, links, processes } from '../drawable.ts';
import { CORE_INVARIANTS, SERVICES, core, coreFaults } from '../own-topologies.ts';
import {
  CONTRACTS_JOB,
  DAY_MS,
  EXPORT_JOB,
  EXPORT_RETRY_MS,
  EXPORT_TICK_MS,
  GATEWAY,
  KMS,
  STORE,
  TICK_MS,
  officerCommands,
} from './commands.ts';

const DAILY = { DAY_MS: String(DAY_MS), JOB_TICK_MS: String(TICK_MS) };

const JOB_LINKS: readonly (readonly [string, string])[] = [
  [EXPORT_JOB, 'postgres'],
  [EXPORT_JOB, GATEWAY],
  [EXPORT_JOB, KMS],
  [GATEWAY, STORE],
  [AUDIT_JOB, 'postgres'],
  [AUDIT_JOB, STORE],
  [AUDIT_JOB, KMS],
  [CONTRACTS_JOB, 'postgres'],
];
/** Exports by hand, and rows that are put back. */
const SERVICE_LINKS = SERVICES.flatMap((service): [string, string][] => [
  [service, STORE],
  [service, KMS],
]);

/** Operators' contracts, the regulator's exports, and the audit trail with its backup. */
export const officers: Topology = {
  ...core,
  name: 'core+officers',
  weight: 1,
  needs: [...core.needs, STORE, KMS, EXPORT_JOB, AUDIT_JOB, CONTRACTS_JOB],
  environment: {
    ...core.environment,
    [EXPORT_JOB]: { EXPORT_TICK_MS: String(EXPORT_TICK_MS), EXPORT_RETRY_MS: String(EXPORT_RETRY_MS) },
    [AUDIT_JOB]: DAILY,
    [CONTRACTS_JOB]: DAILY,
  },
  // What officers do, and what tenants do to the numbers of blocks and to the trail.
  commands: [...Object.keys(officerCommands), 'assign-number', 'release', 'recall', 'reinstate', 'repeat'],
  faults: [
    ...coreFaults,
    ...often(processes([EXPORT_JOB, AUDIT_JOB, CONTRACTS_JOB, KMS, GATEWAY, STORE])),
    ...often(links(JOB_LINKS)),
    // An export or a backup that cannot be signed or put there must be made later.
    ...often(links(JOB_LINKS.filter(([, other]) => other !== 'postgres'))),
    ...links(SERVICE_LINKS),
  ],
  links: [...core.links, ...JOB_LINKS, ...SERVICE_LINKS],
  invariants: [...CORE_INVARIANTS, 'one-export-per-month', 'contract-honoured', 'audit-chain-guarded'],
};
