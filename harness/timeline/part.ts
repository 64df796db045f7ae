/** Where two sequences part. */
export interface Parting<T> {
  /** Index of the first element that differs. */
  readonly index: number;
  /** The last elements that both have before it. */
  readonly before: readonly T[];
  /** The first elements of either from there on; empty where one has ended. */
  readonly one: readonly T[];
  readonly other: readonly T[];
}

/** The first difference of two sequences with `context` elements around it; undefined when they are equal. */
export function parting<T>(
  one: readonly T[],
  other: readonly T[],
  context: number,
  key: (element: T) => unknown = (element) => element,
): Parting<T> | undefined {
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    const [a, b] = [one[index], other[index]];
    if (a !== undefined && b !== undefined && key(a) === key(b)) continue;
    return {
      index,
      before: one.slice(Math.max(0, index - context), index),
      one: one.slice(index, index + context),
      other: other.slice(index, index + context),
    };
  }
  return undefined;
}
