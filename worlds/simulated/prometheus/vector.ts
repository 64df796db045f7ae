import { EvaluationError } from './errors.ts';
import type { Labels } from './labels.ts';

/** One element of an instant vector. */
export interface Element {
  readonly labels: Labels;
  readonly value: number;
}

export type Vector = readonly Element[];

/** Each value by `change`, without the metric's name. Two elements that then are alike are an error. */
export function mapValues(vector: Vector, change: (value: number, element: Element) => number): Element[] {
  return distinct(
    vector,
    vector.map((element) => ({ labels: element.labels.withoutName(), value: change(element.value, element) })),
  );
}

/** Looks for equal label sets in `changed` when the names in `original` differ: only then can there be any. */
export function distinct(original: readonly { readonly labels: Labels }[], changed: Element[]): Element[] {
  const name = original[0]?.labels.name;
  if (original.every(({ labels }) => labels.name === name)) return changed;
  if (new Set(changed.map(({ labels }) => labels.key)).size < changed.length) {
    throw new EvaluationError('vector cannot contain metrics with the same labelset');
  }
  return changed;
}
