import { both, kill, quorumLost, safeguardOff, scenario } from 'faultline';
import {
  changesHaveEvents,
  consumersAgree,
  eventsAreHeld,
  lifecycleCallsSucceed,
  natsIsLed,
  outboxLag,
  recallStarts,
  relayRetries,
  suspensionWaits,
  tenantLeases,
  tenantSuspended,
} from './outbox.ts';

/** Enough for the recall to have something to take. */
const LEASES = 10;

export default scenario('NUM-05', ({ quote }) => ({
  runs: {
    A: kill('nats').for(quote('3 min')),
    B: quorumLost('nats').for(quote('3 min')),
  },
  // The row names no job: the load's reservations expire and somebody has to release them, and the recall is a job's.
  environment: { 'numbering-jobs-cleanup': {}, 'numbering-jobs-recall': {} },
  steadyState: [outboxLag.atMost(quote('2 s')), natsIsLed],
  activities: [tenantLeases(LEASES), tenantSuspended],
  mitigation: { 0: both(both(lifecycleCallsSucceed, eventsAreHeld), suspensionWaits), 1: relayRetries },
  recovery: { 0: both(outboxLag.atMost(quote('2 s')), consumersAgree), 1: recallStarts },
  never: [lifecycleCallsSucceed, changesHaveEvents],
  maySee: {},
  sabotage: { 0: safeguardOff('outbox-hold'), 1: safeguardOff('relay-retry') },
}));
