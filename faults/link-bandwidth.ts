import { linkFault, side } from './link-effect.ts';
import type { Side } from './link-effect.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** Each connection carries at most so many kilobytes a second, both ways. Bit when a message was slowed. */
export function bandwidth(
  from: Side,
  to: Side,
  { kilobytesPerSecond }: { readonly kilobytesPerSecond: number },
): PlannableFault {
  const effect = { kind: 'bandwidth', kilobytesPerSecond } as const;
  return plannable(
    linkFault(
      { kind: 'network.bandwidth', verb: `leave ${kilobytesPerSecond} kB/s to`, effect, traces: ['slowed'] },
      side(from),
      side(to),
    ),
  );
}
