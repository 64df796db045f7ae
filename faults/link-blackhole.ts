import { linkFault, side } from './link-effect.ts';
import type { Side } from './link-effect.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** Connections are accepted and their bytes dropped; reset when healed. Bit when a message was dropped. */
export function blackhole(from: Side, to: Side): PlannableFault {
  return plannable(
    linkFault(
      { kind: 'network.blackhole', verb: 'blackhole', effect: { kind: 'blackhole' }, traces: ['dropped'] },
      side(from),
      side(to),
    ),
  );
}
