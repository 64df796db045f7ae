import type { LineResult } from '../../contract/index.ts';
import type { Limit } from '../../catalogue/index.ts';
import type { AnchorInstant, Judgement } from './judgement.ts';

/** What one line of a row says before it is judged: its reference, its words, and the limit with the instant it counts from. */
export interface Claim {
  readonly reference: string;
  readonly title: string;
  readonly expected: string;
  readonly limit?: Limit;
  readonly anchor?: AnchorInstant;
}

/** A judgement with the claim it is about, as results hold it. */
export function lineResult(claim: Claim, judgement: Judgement): LineResult {
  const anchored = claim.anchor?.at === undefined ? undefined : { name: claim.anchor.name, at: claim.anchor.at };
  return {
    reference: claim.reference,
    title: claim.title,
    verdict: judgement.verdict,
    ...(judgement.at === undefined ? {} : { at: judgement.at }),
    ...(anchored === undefined ? {} : { anchor: anchored }),
    ...(claim.limit === undefined ? {} : { limit: claim.limit.text }),
    expected: claim.expected,
    seen: judgement.seen,
  };
}
