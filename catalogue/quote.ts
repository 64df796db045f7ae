import { parseDuration } from './duration.ts';
import { CatalogueError } from './problem.ts';
import type { Row } from './row.ts';

/**
 * A figure out of the row's own text, so that scenarios repeat no number by hand: durations in ms (`15 ms`, `3 min`),
 * percentages as ratios (`90 %` is 0.9), factors (`20x`), other figures as they stand (`0.9`, `1,000`). Throws a
 * CatalogueError when the row does not contain the text as a figure of its own, or when it is no figure.
 */
export function quote(row: Pick<Row, 'id' | 'texts' | 'place'>, text: string): number {
  const value = figure(text);
  if (value === undefined) throw problem(row, text, `a figure such as '15 ms', '0.9' or '90 %'`, JSON.stringify(text));
  const whole = new RegExp(`(?<![\\d.,])${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w]|[.,]\\d)`);
  if (!row.texts.some((line) => whole.test(line)))
    throw problem(row, text, "a figure of the row's text", 'none that is written so');
  return value;
}

function problem(row: Pick<Row, 'id' | 'place'>, text: string, expected: string, found: string): CatalogueError {
  const field = `quote(${JSON.stringify(text)}) in ${row.id}`;
  return new CatalogueError([
    { place: row.place, field, expected, found, mend: 'quote the figure as the row writes it' },
  ]);
}

function figure(text: string): number | undefined {
  const duration = parseDuration(text);
  if (duration !== undefined) return duration;
  const [, digits, percent] = /^(\d[\d,]*(?:\.\d+)?)(?:\s*(%)|x)?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = Number(digits.replaceAll(',', ''));
  return percent === '%' ? value / 100 : value;
}
