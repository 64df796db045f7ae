import { alertSilent, both, metric, ruleRemoved, safeguardOff, scenario } from 'faultline';
import { oneHolder } from './probes.ts';
import {
  REPORT,
  allocationAtStart,
  assignedAgain,
  codesStayValid,
  noneWithdrawn,
  otherKindsUnaffected,
  poolInReport,
  rejectedAtOnce,
  reportEnds,
  reportIsMade,
  shortCodesUsedUp,
  silentAtTheLimit,
  tenantsAsk,
  tenantsAskAgain,
} from './short-codes-run-out.ts';

const ALERT = 'NumberingShortCodeScarcityCritical';
const available = metric('share of short codes available', 'min(numbering_pool_available_ratio{kind="SHORT_CODE"})');

export default scenario('NUM-12', ({ quote }) => {
  const limit = quote('10 %');
  return {
    runs: { A: shortCodesUsedUp([limit, quote('9 %'), quote('0')], limit).untilOver() },
    environment: { [REPORT]: {} },
    steadyState: [available.satisfies(`> ${limit}`, (share) => share > limit)],
    activities: [allocationAtStart, tenantsAsk, reportIsMade, tenantsAskAgain],
    threshold: available.satisfies(`< ${limit}`, (share) => share < limit),
    nextRun: reportEnds,
    mitigation: { 0: rejectedAtOnce, 1: codesStayValid, 2: poolInReport },
    recovery: { 0: both(assignedAgain, alertSilent(ALERT)) },
    never: [noneWithdrawn, oneHolder, otherKindsUnaffected, silentAtTheLimit],
    maySee: { assign: ['NOT_AVAILABLE', 'CONFLICT'] },
    sabotage: { 0: ruleRemoved(ALERT), 1: safeguardOff('availability-check') },
  };
});
