import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { shortageFault } from './shortage.ts';

/** It has at most so much memory. Bit when the kernel refused it more, or ended it. Deployed world only. */
export function memoryLimit(target: string, { megabytes }: { readonly megabytes: number }): PlannableFault {
  return plannable(
    shortageFault(
      {
        kind: 'resource.memory',
        title: `leave ${megabytes} MB of memory to ${target}`,
        shortage: { kind: 'memory-limit', megabytes },
        trace: 'atMemoryLimit',
        reads: 'times at its limit of memory',
      },
      target,
    ),
  );
}

/** All memory that it may have is taken, and the kernel ends it; healed by starting it again. Deployed world only. */
export function outOfMemory(target: string): PlannableFault {
  return plannable(
    shortageFault(
      {
        kind: 'resource.out-of-memory',
        title: `use up the memory of ${target}`,
        shortage: { kind: 'memory-used-up' },
        trace: 'outOfMemory',
        reads: 'processes ended by the kernel for want of memory',
      },
      target,
    ),
  );
}
