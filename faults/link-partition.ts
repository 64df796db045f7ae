import { linkFault, side } from './link-effect.ts';
import type { Side } from './link-effect.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** Packets are lost both ways; what was in flight arrives late, by TCP's back-off. Bit when messages were held back. */
export function partition(from: Side, to: Side): PlannableFault {
  return plannable(
    linkFault(
      { kind: 'network.partition', verb: 'cut', effect: { kind: 'partition' }, traces: ['held', 'dropped'] },
      side(from),
      side(to),
    ),
  );
}
