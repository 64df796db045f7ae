import { alertSilent, metric, safeguardOff, scenario } from 'faultline';
import type { RunPlan } from 'faultline';
import {
  CHECK,
  acknowledges,
  contractRunsOut,
  dailyCheckEnds,
  gatePassed,
  leasedBefore,
  leasesAsGiven,
  leasesHonoured,
  oneAlertEachStep,
  openAgain,
  otherBlocksUnaffected,
  rejectedAfterTheEnd,
  rejectedOnlyAfterTheEnd,
  runTheCheck,
  tenantsAskAgain,
  tenantsOfBlock,
} from './contract-runs-out.ts';
import type { Operator } from './contract-runs-out.ts';

export default scenario('NUM-11', ({ quote }) => {
  const days = [quote('61'), quote('60'), quote('30'), quote('7'), quote('0')];
  const runOf = (operator: Operator): RunPlan => ({
    ...contractRunsOut(operator, days).untilOver(),
    activities: [leasedBefore(operator), tenantsOfBlock(operator), tenantsAskAgain(operator)],
    operator: { onDetected: acknowledges(operator) },
  });
  return {
    runs: {
      A: runOf('Roshan'),
      B: runOf('Etisalat-AF'),
      C: runOf('MTN-AF'),
      D: runOf('AWCC'),
      E: runOf('Salaam'),
    },
    environment: { [CHECK]: {} },
    // A step of the clocks ends living reservations at once, which is NUM-19's matter: here tenants lease directly.
    load: { reservationsPerSecond: 0 },
    steadyState: [
      metric('fewest days of a contract', 'min(numbering_contract_days_to_expiry)').satisfies(
        `> ${quote('60')}`,
        (left) => left > quote('60'),
      ),
      alertSilent('NumberingContractExpiring'),
    ],
    activities: [runTheCheck],
    nextRun: dailyCheckEnds,
    mitigation: { 0: rejectedAfterTheEnd, 1: leasesHonoured },
    recovery: { 0: openAgain, 1: gatePassed },
    never: [rejectedOnlyAfterTheEnd, leasesAsGiven, otherBlocksUnaffected, oneAlertEachStep],
    maySee: { assign: ['CONTRACT_EXPIRED'] },
    sabotage: { 0: safeguardOff('daily-contract-check', { steadyWithout: [0] }), 1: safeguardOff('contract-check') },
  };
});
