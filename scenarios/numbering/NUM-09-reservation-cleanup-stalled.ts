import { both, metric, operations, operatorSkips, pause, safeguardOff, scenario } from 'faultline';
import { browseShortCodes, shortCodesExpire } from './activities.ts';
import { restartJob } from './operators.ts';
import { jobRuns, keysExpire, oneHolder, releasedWithin } from './probes.ts';

const CLEANUP = 'numbering-jobs-cleanup';

export default scenario('NUM-09', ({ quote }) => ({
  // Listener and cron are one process.
  runs: { A: pause(CLEANUP).for(quote('4 min')) },
  maxSpeed: {
    speed: 5,
    why: 'the 2 s of a cleanup are 0.4 s: a touch of the key and the gathering of events take 0.15 s of that',
  },
  steadyState: [
    metric('falls of active reservations in 30 s', 'min(resets(numbering_reservations_active_total[30s]))').atLeast(1),
    metric(
      'rises of active reservations in 30 s',
      'min(changes(numbering_reservations_active_total[30s]) - resets(numbering_reservations_active_total[30s]))',
    ).atLeast(1),
    releasedWithin(quote('2 s')),
  ],
  activities: [shortCodesExpire(10_000), browseShortCodes],
  operator: { onDetected: restartJob(CLEANUP) },
  mitigation: { 0: keysExpire, 1: jobRuns(CLEANUP) },
  recovery: {
    0: both(
      releasedWithin(quote('2 s')),
      operations('browse').each('browsing shows the full pool', ({ outcome, input, result }) =>
        outcome === 'info' ? undefined : (result?.['items'] as unknown[] | undefined)?.length === input['pool'],
      ),
    ),
  },
  never: [keysExpire, oneHolder],
  maySee: {},
  sabotage: {
    0: operatorSkips('onDetected'),
    1: safeguardOff('cleanup-lag-metric'),
    2: safeguardOff('reservation-key-ttl'),
  },
}));
