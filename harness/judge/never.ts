import type { Observation } from '../../contract/index.ts';
import { summary } from './judgement.ts';
import { ifJudged } from './unjudged.ts';
import type { Judgement } from './judgement.ts';

/** A "never" line of `impact`: no look of the whole run is against it, and there was one at all. */
export function judgeNever(observations: readonly Observation[]): Judgement {
  const counter = observations.find(({ holds }) => !holds);
  if (counter) return { verdict: 'fail', at: counter.at, seen: summary(observations, counter) };
  const last = observations.at(-1);
  return last
    ? ifJudged({ verdict: 'pass', seen: summary(observations, last) }, observations)
    : { verdict: 'unknown', seen: 'nothing was observed' };
}
