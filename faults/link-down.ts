import { linkFault, side } from './link-effect.ts';
import type { Side } from './link-effect.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** Connections are refused and open ones reset. Bit when one was. */
export function linkDown(from: Side, to: Side): PlannableFault {
  return plannable(
    linkFault(
      { kind: 'network.down', verb: 'take down', effect: { kind: 'down' }, traces: ['refused', 'reset'] },
      side(from),
      side(to),
    ),
  );
}
