import { both, inRun, linkDown, pause, primaryLost, safeguardOff, scenario } from 'faultline';
import type { Activity } from 'faultline';
import { shortCodesExpire } from './activities.ts';
import {
  auditRowTampered,
  dailyRun,
  exportsAttempted,
  exportsHalted,
  nextDailyRun,
  restoresTheRow,
  verificationEnds,
} from './audit-chain.ts';
import { restartJob } from './operators.ts';
import { identifiersToRaceFor, races, racesGoOn } from './race.ts';
import { allocationAtStart, shortCodesUsedUp } from './short-codes-run-out.ts';
import { tenantSessions, sessionsSucceed } from './tenant-sessions.ts';
import {
  alphaUnverifiable,
  heldThenDead,
  lateAtThePortal,
  leasesAlpha,
  looksAtShortCodes,
  losesAtThePortal,
  noInventory,
  nothingHeld,
  nothingInternal,
  poolIsFull,
  reservesOn,
  wantsShortCodes,
  writesUnavailable,
} from './tenant-matrix.ts';

const MANAGER = 'failover-manager';
const EXTENDED_MS = 780_000;
/** As in NUM-07 and NUM-15. */
const PAIRS = { rounds: 1000, callers: 2, everyMs: 75, retries: 1 };
const TAMPERED_MS = 180_000;
const CLEANUP = 'numbering-jobs-cleanup';

/** The runbook of NUM-15, whose alert is not this row's. */
const operatorRestores: Activity = {
  title: restoresTheRow.title,
  during: 'fault',
  run: async (stage) => {
    while ((stage.instants.nextRun ?? stage.instants.cleared) === undefined) await stage.running.clock.sleep(500);
    if (!stage.faultStays) await restoresTheRow.run(stage);
  },
};

export default scenario('NUM-22', ({ quote }) => ({
  runs: {
    A: {
      ...primaryLost('postgres', { manager: MANAGER, promotionHeld: false }).for(quote('20 s')),
      judges: { mitigation: [0] },
      activities: [reservesOn],
      maySee: { validate: ['UNAVAILABLE'], browse: ['UNAVAILABLE'] },
    },
    B: {
      // Longer than the hold time of 10 min.
      ...primaryLost('postgres', { manager: MANAGER, promotionHeld: true }).for(EXTENDED_MS),
      judges: { mitigation: [1] },
      // So many are held at the end that each look at all of them takes its time.
      load: { messagesPerSecond: 0.2 },
      activities: [reservesOn],
      maySee: { validate: ['UNAVAILABLE'], browse: ['UNAVAILABLE'] },
    },
    C: {
      // Killed it would be started anew by the supervisor, which this row brings along.
      ...linkDown('numbering-service', 'sender-id-registry').for(120_000),
      judges: { mitigation: [2] },
      activities: [leasesAlpha],
      maySee: { assign: ['ALPHA_VERIFY_UNAVAILABLE'] },
    },
    D: {
      ...races(PAIRS).untilOver(),
      judges: { mitigation: [3] },
      maxSpeed: { speed: 2, why: 'a race is five calls one after another, each real milliseconds, as in NUM-07' },
      activities: [identifiersToRaceFor, racesGoOn(PAIRS), losesAtThePortal],
      maySee: { reserve: ['CONFLICT'] },
    },
    E: {
      ...pause(CLEANUP).for(240_000),
      judges: { detection: 'silent', mitigation: [4] },
      activities: [shortCodesExpire(10_000), looksAtShortCodes],
      operator: { onDetected: restartJob(CLEANUP) },
    },
    F: {
      ...shortCodesUsedUp([0], 0).untilOver(),
      judges: { mitigation: [5] },
      activities: [allocationAtStart, wantsShortCodes],
      maySee: { assign: ['NOT_AVAILABLE'] },
    },
    G: {
      ...auditRowTampered('change').for(TAMPERED_MS),
      judges: { detection: 'silent', mitigation: [6] },
      activities: [dailyRun, nextDailyRun, exportsAttempted, operatorRestores],
      maySee: { 'generate-export': ['EXPORT_HALTED'] },
      nextRun: verificationEnds,
    },
  },
  maxSpeed: {
    speed: 4,
    why: 'two dozen services and their databases: time-outs of 1 s would be 0.1 s at 10, for more than two cores do in that',
  },
  load: { messagesPerSecond: 1 },
  steadyState: [sessionsSucceed],
  activities: [tenantSessions],
  mitigation: {
    0: writesUnavailable,
    1: heldThenDead,
    2: alphaUnverifiable,
    3: lateAtThePortal,
    4: poolIsFull,
    5: noInventory,
    6: both(sessionsSucceed, exportsHalted),
  },
  recovery: { 0: both(sessionsSucceed, nothingHeld) },
  never: [nothingInternal],
  maySee: {},
  sabotage: {
    0: inRun('A', safeguardOff('retry-hint')),
    1: inRun('B', safeguardOff('hold-time-limit')),
    2: inRun('A', safeguardOff('error-mapping')),
    3: inRun('D', safeguardOff('portal-pool-reload')),
  },
}));
