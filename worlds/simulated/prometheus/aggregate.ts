import type { Labels } from './labels.ts';
import { quantile } from './math.ts';
import type { Aggregation, AggregationName } from './syntax.ts';
import type { Element, Vector } from './vector.ts';

/** Groups in order of their first element. */
export function aggregate({ operation, grouping }: Aggregation, parameter: number, vector: Vector): Element[] {
  const groups = new Map<string, { labels: Labels; elements: Element[] }>();
  for (const element of vector) {
    const labels = grouping.without
      ? element.labels.without([...grouping.labels, '__name__'])
      : element.labels.only(grouping.labels);
    const group = groups.get(labels.key);
    if (group === undefined) groups.set(labels.key, { labels, elements: [element] });
    else group.elements.push(element);
  }
  return [...groups.values()].flatMap(({ labels, elements }) => {
    if (operation === 'topk' || operation === 'bottomk') return extremes(operation, parameter, elements);
    const values = elements.map(({ value }) => value);
    return [{ labels, value: fold(operation, parameter, values) }];
  });
}

/** The elements themselves, names and all. Of equal ones the earlier stays. */
function extremes(operation: 'topk' | 'bottomk', parameter: number, elements: readonly Element[]): Element[] {
  const count = Math.trunc(parameter);
  if (!(count >= 1)) return [];
  const direction = operation === 'topk' ? -1 : 1;
  return elements.toSorted((a, b) => compare(a.value, b.value, direction)).slice(0, count);
}

/** NaN is last whatever the direction. */
function compare(a: number, b: number, direction: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a === b ? 0 : direction * (a < b ? -1 : 1);
}

function fold(
  operation: Exclude<AggregationName, 'topk' | 'bottomk'>,
  parameter: number,
  values: readonly number[],
): number {
  switch (operation) {
    case 'sum':
      return values.reduce((sum, value) => sum + value);
    case 'min':
      return values.reduce((least, value) => (value < least || Number.isNaN(least) ? value : least));
    case 'max':
      return values.reduce((most, value) => (value > most || Number.isNaN(most) ? value : most));
    case 'avg':
      return mean(values);
    case 'count':
      return values.length;
    case 'group':
      return 1;
    case 'stddev':
      return Math.sqrt(variance(values));
    case 'stdvar':
      return variance(values);
    case 'quantile':
    default:
      return quantile(parameter, values);
  }
}

function mean(values: readonly number[]): number {
  let [average, count] = [0, 0];
  for (const value of values) {
    count += 1;
    if (Math.abs(average) === Infinity && (value === average || Number.isFinite(value))) continue;
    average = count === 1 ? value : average + (value / count - average / count);
  }
  return average;
}

function variance(values: readonly number[]): number {
  // The first value is taken as it is: alone it has no variance even when it is NaN.
  let [average = 0, squares, count] = [values[0], 0, 1];
  for (const value of values.slice(1)) {
    count += 1;
    const delta = value - average;
    average += delta / count;
    squares += delta * (value - average);
  }
  return squares / count;
}
