import { both, safeguardOff, scenario } from 'faultline';
import {
  atMostLetThrough,
  flood,
  fraudIntelIsTold,
  leasesOfTheTenant,
  limitIsLifted,
  limitedFrom,
  noneIsLimited,
  othersGoOn,
  othersNotLimited,
  poolAsBefore,
  poolNotEmptied,
  recallStarts,
  tenantBehaves,
} from './flood.ts';

/** What the tenant holds when it is suspended. */
const LEASES = 250;

export default scenario('NUM-18', ({ quote }) => ({
  runs: { A: flood(quote('2000'), quote('2 min')).untilOver() },
  // Together with the five others well under one tenant's limit: a count for all is then a fault of the flood only.
  load: { reservationsPerSecond: 0.4 },
  steadyState: [noneIsLimited(quote('20'))],
  activities: [othersGoOn, leasesOfTheTenant(LEASES), tenantBehaves],
  mitigation: { 0: limitedFrom(quote('60')), 1: fraudIntelIsTold, 2: recallStarts },
  recovery: { 0: both(poolAsBefore, limitIsLifted) },
  never: [othersNotLimited, poolNotEmptied, atMostLetThrough(quote('60'))],
  maySee: { reserve: ['RATE_LIMITED', 'RESERVATION_QUOTA'] },
  sabotage: {
    0: safeguardOff('reserve-rate-limit'),
    1: safeguardOff('burst-signal'),
    2: safeguardOff('rate-per-tenant'),
  },
}));
