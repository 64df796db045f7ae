import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { shortageFault } from './shortage.ts';

/** It has at most so much of a processor (0.1: a tenth). Bit when the kernel made it wait. Deployed world only. */
export function cpuLimit(target: string, { cores }: { readonly cores: number }): PlannableFault {
  return plannable(
    shortageFault(
      {
        kind: 'resource.cpu',
        title: `leave ${cores} of a processor to ${target}`,
        shortage: { kind: 'cpu-limit', cores },
        trace: 'throttled',
        reads: 'periods in which it was made to wait',
      },
      target,
    ),
  );
}
