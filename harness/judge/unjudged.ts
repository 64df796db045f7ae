import type { Observation } from '../../contract/index.ts';
import type { Judgement } from './judgement.ts';

/** Whether most looks could not be judged because the machine was busy: a behaviour that was not contradicted is not proven. */
export function tooBusy(observations: readonly Observation[]): boolean {
  return observations.filter(({ unjudged }) => unjudged === true).length * 2 > observations.length;
}

/** `judgement`, or `unknown` in place of a pass that rests on looks which could not be judged. */
export function ifJudged(judgement: Judgement, observations: readonly Observation[]): Judgement {
  if (judgement.verdict !== 'pass' || !tooBusy(observations)) return judgement;
  const busy = observations.filter(({ unjudged }) => unjudged === true);
  const seen = `${busy.length} of ${observations.length} looks while the machine was too busy to tell: ${busy.at(-1)?.seen ?? ''}`;
  return { ...judgement, verdict: 'unknown', seen };
}
