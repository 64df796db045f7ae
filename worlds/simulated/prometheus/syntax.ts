import type { Matcher } from './matcher.ts';

/** The supported part of PromQL as a tree. Times are in ms. */

export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string';

export interface NumberLiteral {
  readonly kind: 'number';
  readonly type: 'scalar';
  readonly value: number;
}

export interface StringLiteral {
  readonly kind: 'string';
  readonly type: 'string';
  readonly value: string;
}

export interface Selector {
  readonly kind: 'selector';
  readonly type: 'vector';
  readonly matchers: readonly Matcher[];
  readonly offsetMs: number;
}

export interface RangeSelector {
  readonly kind: 'range';
  readonly type: 'matrix';
  readonly selector: Selector;
  readonly rangeMs: number;
}

export interface FunctionCall {
  readonly kind: 'call';
  readonly type: 'scalar' | 'vector';
  readonly name: string;
  readonly args: readonly Expression[];
}

export const AGGREGATIONS = [
  ...(['sum', 'min', 'max', 'avg', 'count', 'group', 'stddev', 'stdvar'] as const),
  ...(['topk', 'bottomk', 'quantile'] as const),
] as const;
export type AggregationName = (typeof AGGREGATIONS)[number];

export interface Aggregation {
  readonly kind: 'aggregation';
  readonly type: 'vector';
  readonly operation: AggregationName;
  /** Of topk, bottomk and quantile. */
  readonly parameter: Expression | undefined;
  readonly argument: Expression;
  readonly grouping: { readonly without: boolean; readonly labels: readonly string[] };
}

export const ARITHMETIC = ['+', '-', '*', '/', '%', '^', 'atan2'] as const;
export const COMPARISONS = ['==', '!=', '>', '<', '>=', '<='] as const;
export const SET_OPERATORS = ['and', 'or', 'unless'] as const;
export type Arithmetic = (typeof ARITHMETIC)[number];
export type Comparison = (typeof COMPARISONS)[number];
export type SetOperator = (typeof SET_OPERATORS)[number];

/** How elements of two vectors find each other. */
export interface Matching {
  readonly on: boolean;
  readonly labels: readonly string[];
  /** The side of which many elements may match one of the other. */
  readonly many: 'none' | 'left' | 'right';
  /** Labels taken over from the one side. */
  readonly include: readonly string[];
}

export interface BinaryOperation {
  readonly kind: 'binary';
  readonly type: 'scalar' | 'vector';
  readonly operator: Arithmetic | Comparison | SetOperator;
  readonly left: Expression;
  readonly right: Expression;
  /** A comparison gives 0 or 1 and filters nothing. */
  readonly bool: boolean;
  readonly matching: Matching;
}

export interface Negation {
  readonly kind: 'negation';
  readonly type: 'scalar' | 'vector';
  readonly argument: Expression;
}

export type Expression =
  NumberLiteral | StringLiteral | Selector | RangeSelector | FunctionCall | Aggregation | BinaryOperation | Negation;

export function isComparison(operator: string): operator is Comparison {
  return COMPARISONS.some((known) => known === operator);
}

export function isSetOperator(operator: string): operator is SetOperator {
  return SET_OPERATORS.some((known) => known === operator);
}
