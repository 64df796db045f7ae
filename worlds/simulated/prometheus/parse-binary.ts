import type { SyntaxNode } from '@lezer/common';
import { PromqlError } from './errors.ts';
import {
  ARITHMETIC,
  COMPARISONS,
  isComparison,
  isSetOperator,
  SET_OPERATORS,
  type BinaryOperation,
  type Expression,
  type Matching,
} from './syntax.ts';
import { children, named, textOf } from './tree.ts';

type Walk = (node: SyntaxNode, source: string) => Expression;

const OPERATORS = [...ARITHMETIC, ...COMPARISONS, ...SET_OPERATORS] as const;

export function parseBinary(node: SyntaxNode, source: string, walk: Walk): Expression {
  const parts = children(node);
  const [first, last] = [node.firstChild, node.lastChild];
  const symbol = first?.nextSibling;
  if (first === null || last === null || symbol == null || parts.length < 2) {
    throw new PromqlError('an operand is missing', node.from);
  }
  const text = textOf(symbol, source).toLowerCase();
  const operator = OPERATORS.find((known) => known === text);
  if (operator === undefined) {
    throw new PromqlError(`the operator ${text} is not supported; supported are ${OPERATORS.join(' ')}`, symbol.from);
  }
  const fill = named(node, 'FillModifier');
  if (fill !== undefined) throw new PromqlError('fill is not supported', fill.from);
  const [left, right] = [walk(first, source), walk(last, source)];
  // The grammar reads the sign of a literal before `^`; in PromQL the power comes first.
  if (operator === '^' && left.kind === 'number' && /^[+-]/.test(textOf(first, source))) {
    const power: Expression = {
      ...common(left, right, false),
      operator,
      left: { ...left, value: Math.abs(left.value) },
    };
    return textOf(first, source).startsWith('-') ? { kind: 'negation', type: power.type, argument: power } : power;
  }
  const bool = named(node, 'BoolModifier') !== undefined;
  const clause = named(node, 'MatchingModifierClause');
  check(node, operator, left, right, bool, clause);
  return { ...common(left, right, bool), operator, matching: parseMatching(clause, source, operator) };
}

function common(left: Expression, right: Expression, bool: boolean): Omit<BinaryOperation, 'operator'> {
  const type = left.type === 'scalar' && right.type === 'scalar' ? 'scalar' : 'vector';
  const matching: Matching = { on: false, labels: [], many: 'none', include: [] };
  return { kind: 'binary', type, left, right, bool, matching };
}

function check(
  node: SyntaxNode,
  operator: BinaryOperation['operator'],
  left: Expression,
  right: Expression,
  bool: boolean,
  clause: SyntaxNode | undefined,
): void {
  for (const { type } of [left, right]) {
    if (type !== 'scalar' && type !== 'vector') throw new PromqlError(`${operator} takes no ${type}`, node.from);
  }
  const scalars = [left, right].filter(({ type }) => type === 'scalar').length;
  if (bool && !isComparison(operator)) throw new PromqlError('bool goes with comparisons only', node.from);
  if (scalars === 2 && isComparison(operator) && !bool) {
    throw new PromqlError('comparisons between scalars must use bool', node.from);
  }
  if (scalars > 0 && isSetOperator(operator)) throw new PromqlError(`${operator} takes two vectors`, node.from);
  if (scalars > 0 && clause !== undefined) throw new PromqlError('matching is for two vectors', clause.from);
}

function parseMatching(clause: SyntaxNode | undefined, source: string, operator: string): Matching {
  if (clause === undefined) return { on: false, labels: [], many: 'none', include: [] };
  const [labels = [], include = []] = clause
    .getChildren('GroupingLabels')
    .map((grouping) => children(grouping).map((label) => textOf(label, source)));
  const on = named(clause, 'On') !== undefined;
  const many = manySide(clause);
  if (many !== 'none' && isSetOperator(operator))
    throw new PromqlError(`no grouping is allowed for ${operator}`, clause.from);
  const both = on ? include.find((label) => labels.includes(label)) : undefined;
  if (both !== undefined) throw new PromqlError(`${both} must not be in on and in group at once`, clause.from);
  return { on, labels, many, include };
}

function manySide(clause: SyntaxNode): Matching['many'] {
  if (named(clause, 'GroupLeft') !== undefined) return 'left';
  return named(clause, 'GroupRight') === undefined ? 'none' : 'right';
}
