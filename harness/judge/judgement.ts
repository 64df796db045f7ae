import type { Ms, Observation, Verdict } from '../../contract/index.ts';

/** What a judge found about one line, before it is put into words. */
export interface Judgement {
  readonly verdict: Verdict;
  /** The instant from which the behaviour held, or of the first counter-example. */
  readonly at?: Ms;
  readonly seen: string;
}

/** An instant that a limit counts from; `at` is undefined when it never came. */
export interface AnchorInstant {
  readonly name: string;
  readonly at: Ms | undefined;
}

/** `12 of 14 looks hold`, with what was seen at the given look. */
export function summary(observations: readonly Observation[], shown: Observation | undefined): string {
  if (shown === undefined) return 'nothing was observed';
  if (observations.length === 1) return shown.seen;
  const holding = observations.filter(({ holds }) => holds).length;
  return `${shown.seen} (${holding} of ${observations.length} looks hold)`;
}

export function never(anchor: AnchorInstant): Judgement {
  return { verdict: 'fail', seen: `never: the run did not reach ${anchor.name}` };
}
