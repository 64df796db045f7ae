import type { Labels } from './labels.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** One condition on a label; a label that is not there is ''. */
export interface Matcher {
  readonly label: string;
  readonly operator: MatchOperator;
  readonly value: string;
  matches(value: string): boolean;
}

/** Regular expressions are anchored at both ends. Throws SyntaxError for a bad one. */
export function matcher(label: string, operator: MatchOperator, value: string): Matcher {
  if (operator === '=') return { label, operator, value, matches: (text) => text === value };
  if (operator === '!=') return { label, operator, value, matches: (text) => text !== value };
  const pattern = new RegExp(`^(?:${value})$`, 's');
  const wanted = operator === '=~';
  return { label, operator, value, matches: (text) => pattern.test(text) === wanted };
}

export function matchesAll(labels: Labels, matchers: readonly Matcher[]): boolean {
  return matchers.every((each) => each.matches(labels.get(each.label)));
}
