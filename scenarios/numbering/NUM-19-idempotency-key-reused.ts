import { both, metric, operations, safeguardOff, scenario } from 'faultline';
import {
  answersAreForTheirPayload,
  keysReused,
  refusedPayloadChangesNothing,
  secondPayloadNotCarriedOut,
  secondPayloadRefused,
  secondPayloadWithNewKey,
} from './reused-keys.ts';

const reserve = operations('reserve');

export default scenario('NUM-19', ({ quote }) => ({
  runs: { A: keysReused(quote('23 h'), quote('25 h')).untilOver() },
  load: { repeatReserves: true },
  // The row needs no job, but the load lets reservations expire, and somebody has to release them.
  environment: { 'numbering-jobs-cleanup': {} },
  steadyState: [
    reserve
      .where('sent again', ({ input }) => input['repeat'] === true)
      .each('a repeat gets the stored answer', ({ outcome, result }) =>
        outcome === 'info' ? undefined : outcome === 'ok' && result?.['replayed'] === true,
      ),
    metric('conflicts in 10 s', 'sum(increase(numbering_idempotency_conflict_total[10s]))').equals(0),
  ],
  activities: [secondPayloadWithNewKey],
  mitigation: { 0: both(secondPayloadRefused, refusedPayloadChangesNothing) },
  recovery: { 0: reserve.where('with a new key', ({ input }) => input['newKey'] === true).allSucceed() },
  never: [secondPayloadNotCarriedOut, answersAreForTheirPayload],
  maySee: { reserve: ['IDEMPOTENCY_CONFLICT'] },
  // Without the key store no repeat can get its stored answer, which is the first part of the steady state.
  sabotage: {
    0: safeguardOff('idempotency-payload-hash'),
    1: safeguardOff('idempotency-key-store', { steadyWithout: [0] }),
  },
}));
