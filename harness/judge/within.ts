import type { Ms, Observation } from '../../contract/index.ts';
import { heldSince } from './held-since.ts';
import { never, summary } from './judgement.ts';
import { ifJudged } from './unjudged.ts';
import type { AnchorInstant, Judgement } from './judgement.ts';

/**
 * The first instant from which the behaviour holds until the end of its phase is at most `limit`
 * after its anchor. `observations` are those of the phase, oldest first; looks before the anchor count as well, since a
 * behaviour that held before may go on holding. No look up to the limit and none against it: `unknown`.
 */
export function judgeWithin(observations: readonly Observation[], anchor: AnchorInstant, limit: Ms): Judgement {
  if (anchor.at === undefined) return never(anchor);
  const last = observations.at(-1);
  if (last === undefined) return { verdict: 'unknown', seen: 'nothing was observed' };
  const since = heldSince(observations);
  if (since === undefined)
    return { verdict: 'fail', at: last.at, seen: `never held until the end: ${summary(observations, last)}` };
  const at = Math.max(since.at, anchor.at);
  const contradicted = observations.some(({ holds }) => !holds);
  if (at - anchor.at <= limit)
    return ifJudged({ verdict: 'pass', at, seen: summary(observations, last) }, observations);
  if (!contradicted)
    return { verdict: 'unknown', at, seen: `first observed after the limit: ${summary(observations, since)}` };
  return { verdict: 'fail', at, seen: summary(observations, since) };
}
