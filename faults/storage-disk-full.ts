import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { shortageFault } from './shortage.ts';

/**
 * The file system of its data has no space left, and stays full whatever it removes; what it holds can still be read. Bit when
 * the server itself complained of it. Healed by giving the space back, and starting it where it ended for want of it. Deployed
 * world only, of a server that has a file system of its own (`PostgresSpec.diskMb`).
 */
export function diskFull(target: string): PlannableFault {
  return plannable(
    shortageFault(
      {
        kind: 'storage.disk-full',
        title: `fill the disk of ${target}`,
        shortage: { kind: 'disk-full' },
        trace: 'outOfSpace',
        reads: 'complaints that no space was left',
      },
      target,
    ),
  );
}
