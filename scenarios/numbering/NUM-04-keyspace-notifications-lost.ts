import { both, metric, notificationsOff, safeguardOff, scenario } from 'faultline';
import { asksUntilFree, atAnyMomentOf, reservationsExpire } from './activities.ts';
import { cleanupLagP95, keysAndRowsAgree, releasedWithin, stillReservedAtMost } from './probes.ts';

/** By so many tenants that none comes near its quota. */
const TENANTS = 20;

export default scenario('NUM-04', ({ quote }) => ({
  runs: { A: notificationsOff('redis').for(quote('5 min')) },
  maxSpeed: {
    speed: 5,
    why: 'the 2 s of a cleanup are 0.4 s: a touch of the key and the gathering of events take 0.15 s of that',
  },
  steadyState: [cleanupLagP95.satisfies('under 2 s', (ms) => ms < quote('2 s')), keysAndRowsAgree],
  // The last of them is over 15 s before the notifications are back.
  activities: [
    atAnyMomentOf(quote('60 s')),
    reservationsExpire(quote('200'), quote('5 min') - 30_000, 15_000, TENANTS),
    asksUntilFree(5000),
  ],
  mitigation: {
    0: releasedWithin(quote('60 s')),
    1: metric('finding keyspace_notifications', 'max(numbering_config_finding{check="keyspace_notifications"})').equals(
      1,
    ),
  },
  recovery: {
    0: both(
      cleanupLagP95.satisfies('under 5 s', (ms) => ms < quote('5 s')),
      keysAndRowsAgree,
    ),
  },
  never: [releasedWithin(quote('60 s')), stillReservedAtMost(quote('60 s'))],
  // What `still reserved` is called in an answer.
  maySee: { reserve: ['CONFLICT'] },
  sabotage: { 0: safeguardOff('safety-net-cron'), 1: safeguardOff('key-row-comparison') },
}));
