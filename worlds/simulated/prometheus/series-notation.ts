import { parseExpression } from './parse.ts';
import { Labels } from './labels.ts';
import { matchesAll } from './matcher.ts';

/** One step of an input series: a value, nothing, or the end of the series. */
export type Step = number | 'missing' | 'stale';

const NUMBER = String.raw`(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+|Inf|inf|NaN|nan)`;
const VALUE = new RegExp(`^([+-]?${NUMBER})(?:([+-]${NUMBER})?x(\\d+))?$`);

/** A metric with its labels, as in `name{label="value"}`. Throws Error. */
export function parseMetric(text: string): Labels {
  if (/^\s*\{\s*\}\s*$/.test(text)) return Labels.none;
  const expression = parseExpression(text);
  if (expression.kind !== 'selector' || expression.offsetMs !== 0) throw new Error(`${text} is not a series`);
  const labels = Labels.of(expression.matchers.map(({ label, value }) => [label, value]));
  if (!matchesAll(labels, expression.matchers)) throw new Error(`${text} is not a series: only = goes with its labels`);
  return labels;
}

/**
 * promtool's notation of values: `1 2`, `0+10x3` (0 10 20 30), `5x2` (5 5 5), `_` (missing), `_x3`, `stale`. Throws
 * Error for anything else.
 */
export function parseValues(text: string): Step[] {
  return text
    .trim()
    .split(/\s+/)
    .flatMap((word): Step[] => {
      if (word === 'stale') return ['stale'];
      const gap = /^_(?:x(\d+))?$/.exec(word);
      if (gap !== null) return Array.from({ length: Number(gap[1] ?? 1) }, () => 'missing');
      const match = VALUE.exec(word);
      if (match === null) throw new Error(`${JSON.stringify(word)} is no value; write 1, 0+10x3, 5x2, _, _x3 or stale`);
      return expand(number(match[1] ?? ''), match[2] === undefined ? 0 : number(match[2]), Number(match[3] ?? 0));
    });
}

/** Adds up as promtool does, rounding at each step. */
function expand(start: number, increment: number, repeats: number): number[] {
  const values: number[] = [];
  let value = start;
  for (let at = 0; at <= repeats; at += 1) {
    values.push(value);
    value += increment;
  }
  return values;
}

function number(text: string): number {
  const [, sign = '', digits = ''] = /^([+-]?)(.*)$/.exec(text.toLowerCase()) ?? [];
  const size = digits === 'inf' ? Infinity : Number(digits);
  return sign === '-' ? -size : size;
}
