import type { Ms } from '../contract/index.ts';
import { linkFault, side } from './link-effect.ts';
import type { Side } from './link-effect.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** Adds `latencyMs`, plus or minus up to `jitterMs`, to each message both ways. Bit when a message was slowed. */
export function latency(
  from: Side,
  to: Side,
  options: { readonly latencyMs: Ms; readonly jitterMs?: Ms },
): PlannableFault {
  const effect = { kind: 'latency', latencyMs: options.latencyMs, jitterMs: options.jitterMs ?? 0 } as const;
  return plannable(
    linkFault(
      { kind: 'network.latency', verb: `add ${options.latencyMs} ms to`, effect, traces: ['slowed'] },
      side(from),
      side(to),
    ),
  );
}
