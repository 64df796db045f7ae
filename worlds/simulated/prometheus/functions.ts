import { Labels, METRIC_NAME } from './labels.ts';
import type { Matcher } from './matcher.ts';
import type { Expression } from './syntax.ts';
import { mapValues, type Element, type Vector } from './vector.ts';

/** Functions that change each value of an instant vector. */
export const VALUE_FUNCTIONS: Readonly<Record<string, (value: number, a: number, b: number) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  exp: Math.exp,
  ln: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sqrt: Math.sqrt,
  sgn: Math.sign,
  clamp: (value, low, high) => Math.max(low, Math.min(high, value)),
  clamp_min: (value, low) => Math.max(low, value),
  clamp_max: (value, high) => Math.min(high, value),
  // Divides by the inverse, as Prometheus does, for results that are equal to the last bit.
  round: (value, nearest) => Math.floor(value * (1 / nearest) + 0.5) / (1 / nearest),
};

/** `clamp` with its bounds the wrong way round gives nothing; other functions map each value. */
export function applyValueFunction(name: string, vector: Vector, parameters: readonly number[]): Vector {
  const [a = 1, b = 0] = parameters; // 1: what `round` rounds to by default
  const change = VALUE_FUNCTIONS[name];
  if (change === undefined) throw new Error(`no function ${name}`);
  if (name === 'clamp' && b < a) return [];
  return mapValues(vector, (value) => change(value, a, b));
}

export function sortByValue(vector: Vector, descending: boolean): Vector {
  return vector.toSorted((a, b) => {
    if (Number.isNaN(a.value) || Number.isNaN(b.value))
      return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value));
    return descending ? b.value - a.value : a.value - b.value;
  });
}

/** The single element of `absent`: 1, with the labels that its selector fixes. */
export function absence(argument: Expression | undefined): Element {
  const selector = argument?.kind === 'range' ? argument.selector : argument;
  const matchers: readonly Matcher[] = selector?.kind === 'selector' ? selector.matchers : [];
  const labels = new Map<string, string>();
  const fixed = new Set<string>();
  for (const { label, operator, value } of matchers) {
    if (label === METRIC_NAME) continue;
    if (operator === '=' && !fixed.has(label)) {
      labels.set(label, value);
      fixed.add(label);
    } else {
      labels.delete(label);
    }
  }
  return { labels: Labels.of(labels), value: 1 };
}
