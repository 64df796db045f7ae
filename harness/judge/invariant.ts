import type { InvariantResult } from '../../contract/index.ts';
import type { Judgement } from './judgement.ts';

/** An invariant that looked at nothing proves nothing: `vacuous`. */
export function judgeInvariant({ examined, violations }: InvariantResult): Judgement {
  const first = violations[0];
  if (first) {
    const more = violations.length > 1 ? ` and ${violations.length - 1} more` : '';
    return { verdict: 'fail', ...(first.at === undefined ? {} : { at: first.at }), seen: `${first.what}${more}` };
  }
  return { verdict: examined > 0 ? 'pass' : 'vacuous', seen: `${examined} examined` };
}
