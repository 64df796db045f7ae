import { both, metric, operations, safeguardOff, scenario } from 'faultline';
import { oneHolder } from './probes.ts';
import { conflictsAtThePortal, identifiersToRaceFor, races, racesGoOn } from './race.ts';
import {
  browseShowsTheNewState,
  losersRetrySucceeds,
  nobodyIsPaged,
  oneCallerWins,
  portalReloadsThePool,
  settled,
} from './race-probes.ts';

/** "Two tenants ..., a thousand times over." */
const PAIRS = { rounds: 1000, callers: 2, everyMs: 75, retries: 1 };
/** "Fifty callers at once": so often that each identifier is raced for. */
const CROWDS = { rounds: 50, callers: 50, everyMs: 2000, retries: 5 };

export default scenario('NUM-07', ({ quote }) => ({
  runs: {
    A: { ...races(PAIRS).untilOver(), activities: [racesGoOn(PAIRS)] },
    B: { ...races(CROWDS).untilOver(), activities: [racesGoOn(CROWDS)] },
  },
  maxSpeed: {
    speed: 2,
    why: 'a race is five calls one after another, each real milliseconds: at 10 a thousand of them last so long that the load uses its numbers up',
  },
  // The row needs no job, but the load lets reservations expire, and somebody has to release them.
  environment: { 'numbering-jobs-cleanup': {} },
  steadyState: [
    operations('reserve').allSucceed(),
    metric('conflicts in 10 s', 'sum(increase(numbering_conflict_detected_total[10s]))').equals(0),
  ],
  activities: [identifiersToRaceFor, conflictsAtThePortal],
  mitigation: {
    0: oneCallerWins,
    1: both(losersRetrySucceeds(quote('5 s')), portalReloadsThePool),
    2: browseShowsTheNewState,
  },
  recovery: { 0: settled },
  never: [oneCallerWins, oneHolder, nobodyIsPaged],
  maySee: { reserve: ['CONFLICT'] },
  sabotage: { 0: safeguardOff('compare-and-set'), 1: safeguardOff('conflict-counter') },
}));
