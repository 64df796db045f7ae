import { all, both, denied, lockTable, metric, providerErrors, ruleRemoved, safeguardOff, scenario } from 'faultline';
import type { Fault, RunPlan } from 'faultline';
import {
  byHand,
  exportDone,
  exportsInTime,
  madeByHand,
  nothingPartial,
  staysPendingWithError,
  untilLate,
} from './exports.ts';

const ALERT = 'NumberingRegulatorExportFailed';
/** From the jump until the export is as late as the row says: its attempt ends within that, time-outs included. */
const BEFORE_MS = 30_000;

export default scenario('NUM-16', ({ quote }) => {
  const late = quote('24 h');
  const failing = (fault: Fault): RunPlan => all(fault, untilLate(late, BEFORE_MS)).for(BEFORE_MS + quote('60s'));
  return {
    runs: {
      // What only the export reads: a failover would take the record of the error along with the read.
      A: failing(lockTable('postgres', 'numbering.operators')),
      B: failing(providerErrors('object-gateway', { status: 503, code: 'SlowDown', methods: ['PUT'] }, 'object-store')),
      C: failing(denied('provider-kms')),
    },
    maxSpeed: {
      speed: 4,
      why: 'an export has 5 s for the store and 3 s for the key: too little of a real machine at 10, while a dozen services have just started',
    },
    // A step of the clocks ends living reservations at once, which is NUM-19's matter.
    load: { reservationsPerSecond: 0 },
    steadyState: [exportsInTime(quote('5 min'))],
    activities: [byHand],
    threshold: metric('oldest late export', 'max(numbering_regulator_export_pending_seconds)', {
      unit: 'ms',
      scale: 1000,
    }).satisfies(`> ${late} ms`, (ms) => ms > late),
    mitigation: { 0: staysPendingWithError },
    recovery: { 0: both(madeByHand, exportDone) },
    never: [nothingPartial],
    maySee: { 'generate-export': ['UNAVAILABLE'] },
    sabotage: {
      0: ruleRemoved(ALERT),
      1: { ...safeguardOff('export-temporary-name'), run: 'C' },
    },
  };
});
