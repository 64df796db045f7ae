import { PromqlError } from './errors.ts';
import { Evaluation } from './evaluate.ts';
import type { Labels } from './labels.ts';
import { parseExpression } from './parse.ts';
import type { SeriesStore } from './store.ts';
import type { Expression } from './syntax.ts';
import type { Vector } from './vector.ts';

export { EvaluationError, PromqlError } from './errors.ts';

/** A query, read once and evaluated often. */
export interface Query {
  readonly text: string;
  readonly type: 'vector' | 'scalar';
  readonly expression: Expression;
}

export type Result =
  { readonly type: 'vector'; readonly samples: Vector } | { readonly type: 'scalar'; readonly value: number };

/** Throws PromqlError, with the position, for what is wrong and for what is not supported. */
export function parseQuery(text: string): Query {
  const expression = parseExpression(text);
  const { type } = expression;
  if (type !== 'vector' && type !== 'scalar') {
    throw new PromqlError(`a query must be a vector or a scalar, not a ${type}`, 0);
  }
  return { text, type, expression };
}

/** Evaluates at an instant, ms. Throws EvaluationError. */
export function evaluate({ type, expression }: Query, store: SeriesStore, atMs: number): Result {
  const evaluation = new Evaluation(store, atMs);
  if (type === 'scalar') return { type, value: evaluation.scalar(expression) };
  return { type, samples: evaluation.vector(expression) };
}

/** One series of a range evaluation. */
export interface RangeSeries {
  readonly labels: Labels | undefined;
  readonly points: { readonly atMs: number; readonly value: number }[];
}

/** Evaluates at `fromMs` and each step up to `toMs`; a scalar is one series without labels. */
export function range(
  query: Query,
  store: SeriesStore,
  fromMs: number,
  toMs: number,
  stepMs: number,
): readonly RangeSeries[] {
  if (!(stepMs > 0)) throw new RangeError(`a step of ${stepMs} ms`);
  const found = new Map<string, RangeSeries>();
  for (let atMs = fromMs; atMs <= toMs; atMs += stepMs) {
    const result = evaluate(query, store, atMs);
    const elements = result.type === 'vector' ? result.samples : [{ labels: undefined, value: result.value }];
    for (const { labels, value } of elements) {
      const key = labels?.key ?? '';
      const series = found.get(key) ?? { labels, points: [] };
      series.points.push({ atMs, value });
      found.set(key, series);
    }
  }
  return [...found.values()];
}
