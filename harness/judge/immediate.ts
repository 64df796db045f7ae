import type { Observation } from '../../contract/index.ts';
import { never, summary } from './judgement.ts';
import { ifJudged } from './unjudged.ts';
import type { AnchorInstant, Judgement } from './judgement.ts';

/**
 * `immediate`: no counter-example between the anchor and the end of the phase. Observations of operations carry the
 * instant of their invocation, so that those in flight at the anchor are exempt.
 */
export function judgeImmediate(observations: readonly Observation[], anchor: AnchorInstant): Judgement {
  const { at } = anchor;
  if (at === undefined) return never(anchor);
  const met = observations.filter((observation) => observation.at >= at);
  const first = met[0];
  if (first === undefined) return { verdict: 'unknown', seen: 'nothing was observed' };
  const counter = met.find(({ holds }) => !holds);
  if (counter) return { verdict: 'fail', at: counter.at, seen: summary(met, counter) };
  return ifJudged({ verdict: 'pass', at: first.at, seen: summary(met, met.at(-1)) }, met);
}
