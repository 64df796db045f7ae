import { applyDelay, both, metric, safeguardOff, scenario } from 'faultline';
import { oneHolder } from './probes.ts';
import { bothAskForOne, eachRegionWrites, onlyTheseWrite, secondIsRefused, statesAgree } from './two-regions.ts';

/** As the service in mzr reads it off the standby beside it. */
const lag = metric('lag between the regions', 'max(numbering_cross_region_lag_seconds)', { unit: 'ms', scale: 1000 });

export default scenario('NUM-13', ({ quote }) => ({
  // Commits are flushed in mzr as ever, and shown there late: a stream that is late itself would hold every commit back.
  runs: { A: applyDelay('postgres-mzr', quote('15 s')).for(quote('3 min')) },
  // The load leaves reservations to expire, and somebody has to release them.
  environment: { 'numbering-jobs-cleanup': {} },
  steadyState: [lag.atMost(quote('1 s')), onlyTheseWrite('kbl', 'mzr')],
  activities: [eachRegionWrites(3000, 10_000), bothAskForOne(3000, 500, 10_000)],
  mitigation: { 0: secondIsRefused, 1: onlyTheseWrite('kbl') },
  recovery: { 0: both(both(lag.atMost(quote('5 s')), onlyTheseWrite('kbl', 'mzr')), statesAgree) },
  never: [oneHolder],
  maySee: { reserve: ['CONFLICT'] },
  sabotage: { 0: safeguardOff('compare-and-set'), 1: safeguardOff('write-throttle') },
}));
