import type { Ms } from '../contract/index.ts';
import { linkFault, side } from './link-effect.ts';
import type { Side } from './link-effect.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** The end of a connection is passed on late, both ways. Bit when a connection was seen that waits for its peer's end. */
export function slowClose(from: Side, to: Side, { delayMs }: { readonly delayMs: Ms }): PlannableFault {
  const effect = { kind: 'slow-close', delayMs } as const;
  return plannable(
    linkFault(
      { kind: 'network.slow-close', verb: `close ${delayMs} ms late`, effect, traces: ['lingering'] },
      side(from),
      side(to),
    ),
  );
}
