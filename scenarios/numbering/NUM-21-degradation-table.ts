import { inRun, kill, linkDown, primaryLost, regionLost, safeguardOff, scenario } from 'faultline';
import {
  IN_FLIGHT_MS,
  fullOperation,
  leasesOfOtherKinds,
  lifecycleGoesOn,
  noChangeWithoutPrimary,
  withoutNats,
  withoutPrimary,
  withoutRedis,
  withoutRegion,
  withoutRegistry,
} from './degraded-states.ts';
import { tenantLeases, tenantSuspended } from './outbox.ts';
import {
  exportComesDue,
  failBack,
  leasesUntilTheEnd,
  mzrIsUsed,
  onePrimary,
  reservationsInFlight,
} from './region-lost.ts';

/** For the state nats: enough for the recall to have something to take. */
const LEASES = 10;

export default scenario('NUM-21', ({ quote }) => {
  const lasts = quote('90 s');
  const full = fullOperation(quote('5 ms'));
  return {
    runs: {
      // Redis.
      A: { ...kill('redis').for(lasts), judges: { mitigation: [1], never: [0] } },
      // The primary of PostgreSQL, with no other in its place.
      B: {
        ...primaryLost('postgres', { manager: 'failover-manager', promotionHeld: true }).for(lasts),
        judges: { mitigation: [2], never: [1] },
        // The registry has the same primary: while that is away it verifies nothing.
        maySee: { validate: ['UNAVAILABLE'], assign: ['ALPHA_VERIFY_UNAVAILABLE'] },
      },
      // The registry. Full operation is judged here: none of what it is made of needs the registry.
      C: {
        ...linkDown('numbering-service', 'sender-id-registry').for(lasts),
        judges: { mitigation: [0, 3], never: [0] },
        maySee: { assign: ['ALPHA_VERIFY_UNAVAILABLE'] },
      },
      // NATS.
      D: {
        ...kill('nats').for(lasts),
        judges: { mitigation: [4], never: [0] },
        activities: [tenantLeases(LEASES), tenantSuspended],
        maySee: { send: ['UNAVAILABLE'] },
      },
      // The region, as in NUM-14.
      E: {
        ...regionLost('kbl').for(quote('10 min')),
        judges: { mitigation: [5], never: [2] },
        activities: [
          mzrIsUsed(5000),
          reservationsInFlight(10, IN_FLIGHT_MS),
          exportComesDue(4 * 60_000),
          leasesUntilTheEnd(100, 3000),
        ],
        operator: { onCleared: failBack },
        maySee: {
          reserve: ['UNAVAILABLE'],
          'release-reservation': ['UNAVAILABLE', 'RESERVATION_EXPIRED'],
          assign: ['UNAVAILABLE', 'RESERVATION_EXPIRED', 'ALPHA_VERIFY_UNAVAILABLE'],
          release: ['UNAVAILABLE'],
          validate: ['UNAVAILABLE'],
          send: ['UNAVAILABLE'],
        },
        mayLose: ['reserve', 'release-reservation'],
      },
    },
    maxSpeed: {
      speed: 2,
      why: 'two dozen services and their databases: at 4 a busy processor makes the P95 of validations 9 ms without any fault, and time-outs of 1 s would be 0.25 s',
    },
    load: { messagesPerSecond: 0.5 },
    steadyState: [full],
    activities: [leasesOfOtherKinds],
    mitigation: {
      0: full,
      1: withoutRedis(quote('15 ms'), quote('60 s')),
      2: withoutPrimary(quote('60 s')),
      3: withoutRegistry,
      4: withoutNats,
      5: withoutRegion,
    },
    recovery: { 0: full },
    never: [lifecycleGoesOn, noChangeWithoutPrimary, onePrimary],
    maySee: {},
    sabotage: {
      0: safeguardOff('postgres-fallback'),
      1: safeguardOff('validation-age-bound'),
      2: safeguardOff('alpha-fail-closed'),
      3: safeguardOff('outbox-hold'),
      4: inRun('E', safeguardOff('quorum-confirmation')),
    },
  };
});
