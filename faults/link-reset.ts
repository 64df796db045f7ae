import { linkFault, side } from './link-effect.ts';
import type { Side } from './link-effect.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** Open connections are reset, and new ones at their first data. Bit when one was. */
export function resetLink(from: Side, to: Side): PlannableFault {
  return plannable(
    linkFault(
      { kind: 'network.reset', verb: 'reset', effect: { kind: 'reset' }, traces: ['reset'] },
      side(from),
      side(to),
    ),
  );
}
