import { Labels, METRIC_NAME } from './labels.ts';

/** One line of a scrape. `metric` is the same object for the same text, so that it can be a key of maps. */
export interface Sample {
  readonly metric: Labels;
  readonly value: number;
}

/** Texts of metrics seen before. Services have a fixed set of them; beyond this many the memory starts anew. */
const REMEMBERED = 100_000;
const seen = new Map<string, Labels>();

/**
 * Reads the Prometheus text format: counters, gauges, histograms and summaries are all lines with a name, labels and a
 * value. Comments are skipped. Time stamps of samples are refused: the store has its own. Throws with the line's number.
 */
export function parseExposition(text: string): readonly Sample[] {
  const samples: Sample[] = [];
  let line = 0;
  for (let start = 0; start < text.length;) {
    let end = text.indexOf('\n', start);
    if (end === -1) end = text.length;
    line += 1;
    // 35 is '#'. Blank lines and comments say nothing of values.
    if (end > start && text.charCodeAt(start) !== 35) {
      const raw = text.slice(start, end);
      if (raw.trim() !== '') samples.push(parseLine(raw, line));
    }
    start = end + 1;
  }
  return samples;
}

function parseLine(line: string, number: number): Sample {
  // The value follows the last brace, or else the first blank: label values may hold blanks and braces.
  const brace = line.lastIndexOf('}');
  const split = brace === -1 ? line.search(/[ \t]/) : brace + 1;
  if (split === -1) throw new Error(`exposition line ${number}: no value in ${JSON.stringify(line)}`);
  return { metric: metricOf(line.slice(0, split), number), value: parseValue(line.slice(split), number) };
}

function metricOf(text: string, line: number): Labels {
  let metric = seen.get(text);
  if (metric === undefined) {
    metric = parseMetric(text, line);
    if (seen.size >= REMEMBERED) seen.clear();
    seen.set(text, metric);
  }
  return metric;
}

function parseValue(text: string, line: number): number {
  const value = Number(text); // ignores blanks around
  if (!Number.isNaN(value)) return value;
  const word = text.trim();
  if (word === '+Inf' || word === 'Inf') return Infinity;
  if (word === '-Inf') return -Infinity;
  if (word.toLowerCase() === 'nan') return Number.NaN;
  throw new Error(`exposition line ${line}: ${JSON.stringify(word)} is not a value (time stamps are not supported)`);
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|$)/y;

function parseMetric(text: string, line: number): Labels {
  const name = NAME.exec(text)?.[0];
  const rest = text.slice(name?.length ?? 0).trim();
  if (name === undefined || (rest !== '' && !(rest.startsWith('{') && rest.endsWith('}')))) {
    throw new Error(`exposition line ${line}: ${JSON.stringify(text)} is not a metric`);
  }
  const pairs: [string, string][] = [[METRIC_NAME, name]];
  const labels = rest.slice(1, -1);
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < labels.trimEnd().length) {
    const match = LABEL.exec(labels);
    if (match === null) throw new Error(`exposition line ${line}: bad labels in ${JSON.stringify(text)}`);
    pairs.push([match[1] ?? '', unescape(match[2] ?? '')]);
  }
  return Labels.of(pairs);
}

function unescape(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char)) : text;
}
