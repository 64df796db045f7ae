import { blackhole, both, operatorSkips, pause, safeguardOff, scenario } from 'faultline';
import { restartJob } from './operators.ts';
import {
  RELAY,
  changesHaveEvents,
  consumersAgree,
  drainedAfterRestart,
  lifecycleCallsSucceed,
  outboxLag,
  relayReplaced,
} from './outbox.ts';

export default scenario('NUM-20', ({ quote }) => ({
  runs: {
    A: pause(RELAY).for(quote('3 min')),
    B: blackhole(RELAY, 'nats').for(quote('3 min')),
  },
  // The row names no job, but the load lets reservations expire, and somebody has to release them.
  environment: { 'numbering-jobs-cleanup': {} },
  steadyState: [outboxLag.atMost(quote('2 s'))],
  operator: { onDetected: restartJob(RELAY) },
  mitigation: { 0: relayReplaced, 1: both(lifecycleCallsSucceed, changesHaveEvents) },
  recovery: { 0: drainedAfterRestart(quote('30 s')), 1: consumersAgree },
  never: [lifecycleCallsSucceed, changesHaveEvents],
  maySee: {},
  sabotage: { 0: operatorSkips('onDetected'), 1: safeguardOff('ordered-drain') },
}));
