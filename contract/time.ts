/** Milliseconds of the document's time: virtual in the simulated world, real time x speed in the deployed one. May be fractional. */
export type Ms = number;

/** What a wait rejects with when the run is being aborted: interrupted, or past its deadline. */
export class RunAborted extends Error {
  override readonly name = 'RunAborted';
}

/** The clock of a run. 0 is the instant at which the world was started. */
export interface WorldClock {
  /**
   * Milliseconds of the document's time in one real millisecond of the deployed system's own clocks; 1 in the simulated
   * world. What carries a duration to the system or reads one from it converts by this (`time.ts`: `toSystem`, `fromSystem`).
   */
  readonly speed: number;
  now(): Ms;
  /** Resolves at `now() + duration`. Rejects with `RunAborted` when the run is being aborted. */
  sleep(duration: Ms): Promise<void>;
}

/**
 * No duration is scaled to less than this, and shorter ones are not scaled at all: bounds of latency (5, 15, 50 ms), and
 * whatever a machine needs real time for.
 */
export const UNSCALED_MS: Ms = 50;

/** A duration of the document as the deployed system is told it, in whole ms: divided by the speed, but see `UNSCALED_MS`. */
export function toSystem(duration: Ms, speed: number): Ms {
  if (speed === 1 || duration <= UNSCALED_MS) return duration;
  return Math.max(UNSCALED_MS, Math.ceil(duration / speed));
}

/** A duration on the deployed system's clocks in the document's time. */
export function fromSystem(duration: Ms, speed: number): Ms {
  return duration * speed;
}
