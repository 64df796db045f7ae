import { RunAborted } from '../../../contract/index.ts';
import type { Ms, WorldClock } from '../../../contract/index.ts';

/** Whether the load makes operations now; lifecycles ask before each further one. */
export interface Gate {
  paused: boolean;
  ended: boolean;
}

/** How long a stream without a rate waits until it asks for one again. */
const IDLE_MS: Ms = 1000;

/**
 * An open loop: arrivals do not wait for answers. Gaps are drawn between half and one and a half times the mean, so that
 * each window of a probe has its samples and no two seeds have the same instants.
 */
export async function arrivals(
  clock: WorldClock,
  gate: Gate,
  random: () => number,
  perSecond: () => number,
  arrive: () => Promise<void>,
): Promise<void> {
  try {
    while (!gate.ended) {
      const rate = perSecond();
      await clock.sleep(rate > 0 ? ((0.5 + random()) * 1000) / rate : IDLE_MS);
      if (!gate.paused && !gate.ended && rate > 0) void unlessAborted(arrive);
    }
  } catch (error) {
    if (!(error instanceof RunAborted)) throw error;
  }
}

async function unlessAborted(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RunAborted)) throw error;
  }
}
