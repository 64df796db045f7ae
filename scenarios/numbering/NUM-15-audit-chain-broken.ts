import { both, operations, safeguardOff, scenario } from 'faultline';
import {
  auditRowTampered,
  dailyRun,
  exportsAttempted,
  exportsHalted,
  exportsRunAgain,
  incidentOpened,
  neverAnchoredWithTwo,
  nextDailyRun,
  noExportLeaves,
  reAnchored,
  restoresTheRow,
  rowNamed,
  rowRestored,
  twoAreRefused,
  verificationEnds,
  verificationPasses,
} from './audit-chain.ts';
import { exportsInTime } from './exports.ts';

/** As NUM-16 has it; here it only says that exports run. */
const EXPORT_WITHIN_MS = 300_000;
/** Longer than the operator needs; ended by the restoration. */
const LASTS_MS = 180_000;

export default scenario('NUM-15', () => ({
  runs: {
    A: auditRowTampered('change').for(LASTS_MS),
    B: auditRowTampered('delete').for(LASTS_MS),
    C: auditRowTampered('recompute').for(LASTS_MS),
  },
  maxSpeed: {
    speed: 4,
    why: 'an export has 5 s for the store and a reservation 5 s for its release: 0.5 s at 10, while a dozen services have just started',
  },
  steadyState: [verificationPasses, exportsInTime(EXPORT_WITHIN_MS)],
  activities: [dailyRun, nextDailyRun, exportsAttempted, reAnchored],
  operator: { onDetected: restoresTheRow },
  nextRun: verificationEnds,
  mitigation: { 0: exportsHalted, 1: rowNamed, 2: incidentOpened },
  recovery: { 0: rowRestored, 1: both(twoAreRefused, exportsRunAgain) },
  never: [
    noExportLeaves,
    neverAnchoredWithTwo,
    operations('validate').allSucceed(),
    operations('reserve').allSucceed(),
    operations('assign').allSucceed(),
  ],
  maySee: { 'generate-export': ['EXPORT_HALTED'], 're-anchor': ['SIGN_OFF_MISSING'] },
  sabotage: {
    0: safeguardOff('daily-audit-verify', { steadyWithout: [0] }),
    1: safeguardOff('export-halt'),
    2: safeguardOff('anchor-sign-offs'),
  },
}));
