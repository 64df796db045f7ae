import type { Ms, Observation } from '../../contract/index.ts';

/**
 * The first look from which the behaviour held until the last one. Undefined when there is no look or the last one
 * does not hold. Looks are oldest first.
 */
export function heldSince(observations: readonly Observation[]): Observation | undefined {
  const violation = observations.findLastIndex(({ holds }) => !holds);
  return observations[violation + 1];
}

/** How long it has held at `now`; 0 when it does not. */
export function heldFor(observations: readonly Observation[], now: Ms): Ms {
  const since = heldSince(observations);
  return since === undefined ? 0 : now - since.at;
}
