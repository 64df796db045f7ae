import { both, regionLost, safeguardOff, scenario } from 'faultline';
import type { RunPlan } from 'faultline';
import { oneHolderAtPrimary } from './primary-probes.ts';
import {
  asksForMzrsNumbers,
  confirmedInBothRegions,
  exportComesDue,
  exportPlannedInMzr,
  failBack,
  leasesUntilTheEnd,
  mzrIsUsed,
  numbersOfMzrAreHeld,
  onePrimary,
  promoteByHand,
  reservationsEnd,
  reservationsInFlight,
} from './region-lost.ts';
import { regionServes, statesAgree } from './two-regions.ts';

export default scenario('NUM-14', ({ quote }) => {
  const lost = (run: Partial<RunPlan>): RunPlan => ({ ...regionLost('kbl').for(quote('10 min')), ...run });
  return {
    runs: {
      A: lost({}),
      B: lost({
        environment: { 'failover-manager': { PROMOTION: 'manual' } },
        operator: { onDetected: promoteByHand, onCleared: failBack },
      }),
    },
    operator: { onCleared: failBack },
    maxSpeed: {
      speed: 4,
      why: 'two dozen services and their databases: time-outs of 1 s would be 0.1 s at 10, for more than two cores do in that',
    },
    // A refused Reserve uses its number up: at twice as many a region that stays lost would leave none.
    load: { reservationsPerSecond: 0.5 },
    steadyState: [confirmedInBothRegions, regionServes('mzr')],
    activities: [
      mzrIsUsed(6000),
      reservationsInFlight(10, 60_000),
      exportComesDue(4 * 60_000),
      leasesUntilTheEnd(100, 3000),
      asksForMzrsNumbers,
    ],
    mitigation: {
      0: regionServes('mzr'),
      1: reservationsEnd(60_000),
      2: exportPlannedInMzr,
    },
    recovery: { 0: both(both(confirmedInBothRegions, statesAgree), numbersOfMzrAreHeld) },
    never: [onePrimary, oneHolderAtPrimary],
    maySee: {
      reserve: ['UNAVAILABLE'],
      'release-reservation': ['UNAVAILABLE', 'RESERVATION_EXPIRED'],
      // CONFLICT is what keeps the numbers that were leased in mzr: they are asked for on purpose.
      assign: ['UNAVAILABLE', 'RESERVATION_EXPIRED', 'CONFLICT'],
      release: ['UNAVAILABLE'],
      validate: ['UNAVAILABLE'],
    },
    mayLose: ['reserve', 'release-reservation'],
    sabotage: {
      0: safeguardOff('quorum-confirmation'),
      1: safeguardOff('promotion'),
      2: safeguardOff('export-replanning'),
      3: safeguardOff('fencing-old-primary'),
    },
  };
});
