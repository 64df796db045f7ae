import { alertSilent, both, kill, operations, partition, safeguardOff, scenario } from 'faultline';
import type { Probe } from 'faultline';
import { BEYOND_QUOTA, atAnyMomentOf, leasesBeyondQuota, reservesBeyondQuota, tenantsRace } from './activities.ts';
import { cacheHitRatio, nobodyIsTold, oneHolder, releasedWithin, validateP95, validationsSucceed } from './probes.ts';

/** The document's quota: active reservations a tenant. */
const RESERVATION_QUOTA = 20;
/** In place of the document's 10,000 leases, which nobody makes in three minutes; more than the load gives any tenant. */
const LEASE_QUOTA = 30;

/** The tenant gets what its quota allows, and is refused one more. */
function quotaHolds(operation: 'reserve' | 'assign', quota: number, code: string): Probe {
  return operations(operation)
    .where(`of ${BEYOND_QUOTA}`, ({ process }) => process === BEYOND_QUOTA)
    .each(`${quota} ${operation}s succeed and the next is refused with ${code}`, ({ input, error, outcome }) =>
      Number(input['nth']) <= quota ? outcome === 'ok' : error === code,
    );
}

export default scenario('NUM-03', ({ quote }) => ({
  runs: {
    A: kill('redis').for(quote('3 min')),
    B: partition(['numbering-service', 'numbering-jobs'], 'redis').for(quote('3 min')),
  },
  environment: { 'numbering-service': { LEASE_QUOTA: String(LEASE_QUOTA) } },
  // At 10 the alert's 10 s would be 1 s: 0.5 s for the window of the ratio, 0.2 s for a scrape, 0.2 s for an evaluation.
  maxSpeed: {
    speed: 2,
    why: 'a call is a dozen steps from process to process, each of which may wait for a processor: at 4 that is 3 % of the time on one, and no P95 can be judged',
  },
  steadyState: [cacheHitRatio.atLeast(quote('0.9')), validateP95.atMost(quote('5 ms')), releasedWithin(quote('2 s'))],
  activities: [
    atAnyMomentOf(quote('60 s')),
    // Left to expire while Redis is away.
    reservesBeyondQuota(RESERVATION_QUOTA, 30_000),
    leasesBeyondQuota(LEASE_QUOTA),
    tenantsRace(20, 5000, 10_000),
  ],
  mitigation: {
    0: both(validationsSucceed, validateP95.atMost(quote('15 ms'))),
    1: releasedWithin(quote('60 s')),
    2: both(
      quotaHolds('reserve', RESERVATION_QUOTA, 'RESERVATION_QUOTA'),
      quotaHolds('assign', LEASE_QUOTA, 'LEASE_QUOTA'),
    ),
  },
  recovery: {
    0: cacheHitRatio.atLeast(quote('0.9')),
    1: both(releasedWithin(quote('2 s')), alertSilent('NumberingRedisDown')),
  },
  never: [nobodyIsTold('UNAVAILABLE'), oneHolder, releasedWithin(quote('60 s'))],
  // Quotas are asked for on purpose, and CONFLICT is what keeps a number at one holder when two ask for it.
  maySee: { reserve: ['RESERVATION_QUOTA', 'CONFLICT'], assign: ['LEASE_QUOTA'] },
  sabotage: {
    0: safeguardOff('postgres-fallback'),
    1: safeguardOff('safety-net-cron'),
    2: safeguardOff('quota-aggregation'),
  },
}));
