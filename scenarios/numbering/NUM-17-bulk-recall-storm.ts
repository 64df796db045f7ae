import { both, safeguardOff, scenario } from 'faultline';
import type { Operation } from 'faultline';
import {
  SUSPENDED,
  backlogGone,
  leasesToRecall,
  noRecalls,
  othersKeepTheirs,
  tenantSuspended,
  ticksWithin,
} from './bulk-recall.ts';
import { noSlowerThan } from './pace.ts';
import { eachOperation, validationsSucceed } from './probes.ts';

/** "Slower by more than half". */
const SLOWER = 1.5;
/** `quote` reads one figure: the row's "100k" is a number with a letter. */
const LEASES = 100_000;

const ofOthers = ({ input }: Operation): boolean => input['tenantId'] !== SUSPENDED;
const validations = noSlowerThan(SLOWER, "other tenants' validations", (operation) => operation.name === 'validate');
const changes = noSlowerThan(
  SLOWER,
  "other tenants' reservations and leases",
  (operation) => operation.name !== 'validate' && ofOthers(operation),
);

/** In the steady state every call succeeds. */
const othersSucceed = eachOperation('every call of another tenant succeeds', (operation) =>
  operation.completedAt === undefined || !ofOthers(operation) ? undefined : operation.outcome === 'ok',
);

export default scenario('NUM-17', ({ quote }) => ({
  runs: { A: tenantSuspended(LEASES).untilOver() },
  activities: [leasesToRecall(LEASES)],
  maxSpeed: { speed: 1, why: 'a tick of 100 ms, with 100 audited changes in one transaction, cannot be made shorter' },
  steadyState: [noRecalls, validationsSucceed],
  mitigation: { 0: ticksWithin(quote('100'), quote('10')), 1: othersSucceed },
  recovery: { 0: backlogGone },
  never: [both(validations, changes), othersKeepTheirs],
  maySee: {},
  sabotage: { 0: safeguardOff('recall-tick-limit'), 1: safeguardOff('recall-resume') },
}));
