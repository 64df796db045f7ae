/** Milliseconds of the document's time: virtual in the simulated world, real time x speed in the deployed one. May be fractional. */
export type Ms = number;

/** What a wait rejects with when the run is being aborted: interrupted, or past its deadline. */
export class RunAborted extends Error {
  override readonly name = 'RunAborted';
}

/** The clock of a run. 0 is the instant at which the world was started. */
export interface WorldClock {
  now(): Ms;
  /** Resolves at `now() + duration`. Rejects with `RunAborted` when the run is being aborted. */
  sleep(duration: Ms): Promise<void>;
}
