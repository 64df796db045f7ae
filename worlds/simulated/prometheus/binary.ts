import { EvaluationError } from './errors.ts';
import { METRIC_NAME, type Labels } from './labels.ts';
import {
  isComparison,
  type Arithmetic,
  type BinaryOperation,
  type Comparison,
  type Matching,
  type SetOperator,
} from './syntax.ts';
import { mapValues, type Element, type Vector } from './vector.ts';

type Operator = Arithmetic | Comparison;

export function compute(operator: Operator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '^':
      // ECMAScript alone says NaN here.
      return Math.abs(a) === 1 && Math.abs(b) === Infinity ? 1 : a === 1 ? 1 : a ** b;
    case 'atan2':
      return Math.atan2(a, b);
    default:
      return compares(operator, a, b) ? 1 : 0;
  }
}

function compares(operator: Comparison, a: number, b: number): boolean {
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '>':
      return a > b;
    case '<':
      return a < b;
    case '>=':
      return a >= b;
    default:
      return a <= b;
  }
}

/** A vector with a number on one side; a comparison keeps the vector's elements, names and all. */
export function withScalar(
  operator: Operator,
  vector: Vector,
  scalar: number,
  scalarIsLeft: boolean,
  bool: boolean,
): Vector {
  const apply = (value: number): number =>
    scalarIsLeft ? compute(operator, scalar, value) : compute(operator, value, scalar);
  if (isComparison(operator) && !bool) return vector.filter(({ value }) => apply(value) === 1);
  return mapValues(vector, apply);
}

/** What must be equal for two elements to match. */
function signature(matching: Matching): (labels: Labels) => string {
  const { on, labels: names } = matching;
  if (on) return (labels) => labels.only(names).key;
  const ignored = [...names, METRIC_NAME];
  return (labels) => labels.without(ignored).key;
}

export function combineSets(operator: SetOperator, matching: Matching, left: Vector, right: Vector): Vector {
  const sign = signature(matching);
  const side = new Set((operator === 'or' ? left : right).map(({ labels }) => sign(labels)));
  if (operator === 'or') return [...left, ...right.filter(({ labels }) => !side.has(sign(labels)))];
  return left.filter(({ labels }) => side.has(sign(labels)) === (operator === 'and'));
}

/** Arithmetic and comparisons of two vectors. */
export function combine(operation: BinaryOperation, operator: Operator, left: Vector, right: Vector): Element[] {
  const { matching, bool } = operation;
  const sign = signature(matching);
  const manyIsRight = matching.many === 'right';
  const [many, one] = manyIsRight ? [right, left] : [left, right];
  const ones = new Map<string, Element>();
  for (const element of one) {
    const key = sign(element.labels);
    if (ones.has(key)) {
      const side = manyIsRight ? 'left' : 'right';
      throw new EvaluationError(`found duplicate series for the match group on the ${side} hand-side of ${operator}`);
    }
    ones.set(key, element);
  }
  const results: Element[] = [];
  const taken = new Set<string>();
  for (const element of many) {
    const key = sign(element.labels);
    const partner = ones.get(key);
    if (partner === undefined) continue;
    const [a, b] = manyIsRight ? [partner.value, element.value] : [element.value, partner.value];
    const result = compute(operator, a, b);
    if (isComparison(operator) && !bool && result === 0) continue;
    const labels = resultLabels(operation, operator, element.labels, partner.labels);
    const unique = matching.many === 'none' ? key : labels.key;
    if (taken.has(unique)) {
      throw new EvaluationError(
        matching.many === 'none'
          ? 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'
          : 'multiple matches for labels: grouping labels must ensure unique matches',
      );
    }
    taken.add(unique);
    results.push({ labels, value: isComparison(operator) && !bool ? a : result });
  }
  return results;
}

function resultLabels({ matching, bool }: BinaryOperation, operator: Operator, many: Labels, one: Labels): Labels {
  let labels = isComparison(operator) && !bool ? many : many.withoutName();
  if (matching.many === 'none') labels = matching.on ? labels.only(matching.labels) : labels.without(matching.labels);
  if (matching.include.length === 0) return labels;
  return labels.with(matching.include.map((name) => [name, one.get(name)]));
}
