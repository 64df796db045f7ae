import { alertSilent, both, kill, operations, partition, safeguardOff, scenario } from 'faultline';
import { BEYOND_QUOTA, reservesBeyondQuota } from './activities.ts';
import { cacheHitRatio, nobodyIsTold, oneHolder, releasedWithin, validateP95, validationsSucceed } from './probes.ts';

/** The document's quota: active reservations a tenant. */
const QUOTA = 20;

export default scenario('NUM-03', ({ quote }) => ({
  runs: {
    A: kill('redis').for(quote('3 min')),
    B: partition(['numbering-service', 'numbering-jobs'], 'redis').for(quote('3 min')),
  },
  steadyState: [cacheHitRatio.atLeast(quote('0.9')), validateP95.atMost(quote('5 ms')), releasedWithin(quote('2 s'))],
  activities: [reservesBeyondQuota(QUOTA, quote('60 s') / 2)],
  mitigation: {
    0: both(validationsSucceed, validateP95.atMost(quote('15 ms'))),
    1: releasedWithin(quote('60 s')),
    2: operations('reserve')
      .where(`of ${BEYOND_QUOTA}`, ({ process }) => process === BEYOND_QUOTA)
      .each(`the quota of ${QUOTA} holds: the Reserve after it is refused`, ({ input, error, outcome }) =>
        Number(input['nth']) <= QUOTA ? outcome === 'ok' : error === 'RESERVATION_QUOTA',
      ),
  },
  recovery: {
    0: cacheHitRatio.atLeast(quote('0.9')),
    1: both(releasedWithin(quote('2 s')), alertSilent('NumberingRedisDown')),
  },
  never: [nobodyIsTold('UNAVAILABLE'), oneHolder, releasedWithin(quote('60 s'))],
  maySee: { reserve: ['RESERVATION_QUOTA'] },
  sabotage: {
    0: safeguardOff('postgres-fallback'),
    1: safeguardOff('safety-net-cron'),
    2: safeguardOff('quota-aggregation'),
  },
}));
