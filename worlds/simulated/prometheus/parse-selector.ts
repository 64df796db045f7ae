import type { SyntaxNode } from '@lezer/common';
import { PromqlError } from './errors.ts';
import { METRIC_NAME } from './labels.ts';
import { matcher, type Matcher, type MatchOperator } from './matcher.ts';
import { unquote } from './strings.ts';
import type { Selector } from './syntax.ts';
import { children, named, textOf } from './tree.ts';

/** `name{label="value", ...}`. */
export function parseSelector(node: SyntaxNode, source: string): Selector {
  const name = named(node, 'Identifier');
  const matchers: Matcher[] = [];
  if (name !== undefined) matchers.push(matcher(METRIC_NAME, '=', textOf(name, source)));
  for (const child of children(named(node, 'LabelMatchers'))) {
    const parsed = parseMatcher(child, source);
    if (name !== undefined && parsed.label === METRIC_NAME) {
      throw new PromqlError('the metric name must not be set twice', child.from);
    }
    matchers.push(parsed);
  }
  if (matchers.every((each) => each.matches(''))) {
    throw new PromqlError('a selector must contain at least one non-empty matcher', node.from);
  }
  return { kind: 'selector', type: 'vector', matchers, offsetMs: 0 };
}

function parseMatcher(node: SyntaxNode, source: string): Matcher {
  const label = named(node, 'LabelName');
  const operator = named(node, 'MatchOp');
  const value = named(node, 'StringLiteral');
  if (node.name !== 'UnquotedLabelMatcher' || label === undefined || operator === undefined || value === undefined) {
    throw new PromqlError('a quoted name is not supported in a selector; write label="value"', node.from);
  }
  const text = unquote(textOf(value, source));
  if (text === undefined) throw new PromqlError('a string with an unknown escape', value.from);
  try {
    return matcher(textOf(label, source), textOf(operator, source) as MatchOperator, text);
  } catch {
    throw new PromqlError(`${textOf(value, source)} is no regular expression`, value.from);
  }
}
