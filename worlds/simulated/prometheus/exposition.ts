import { Labels, METRIC_NAME } from './labels.ts';

/** One line of a scrape. `metric` is the same object for the same text, so that it can be a key of maps. */
export interface Sample {
  readonly metric: Labels;
  readonly value: number;
}

/** A metric's text as seen before, and which one came after it: the next scrape is alike as a rule. */
interface Remembered {
  readonly text: string;
  readonly metric: Labels;
  next: Remembered | undefined;
}

/** Services have a fixed set of metrics; beyond this many the memory starts anew. */
const REMEMBERED = 100_000;
const seen = new Map<string, Remembered>();
let begin: Remembered = { text: '', metric: Labels.none, next: undefined };

const SPACE = 32;
const HASH = 35;
const ZERO = 48;
/** Beyond so many digits a number is not exact any more when it is added up from digits. */
const EXACT_DIGITS = 15;

/**
 * Reads the Prometheus text format: counters, gauges, histograms and summaries are all lines with a name, labels and a
 * value. Comments are skipped. Time stamps of samples are refused: the store has its own. Throws with the line's number.
 */
export function parseExposition(text: string): readonly Sample[] {
  const samples: Sample[] = [];
  let previous = begin;
  for (let start = 0; start < text.length;) {
    const { next } = previous;
    // This is the hot path of an idle simulation: a line that starts as expected needs no search.
    if (
      next !== undefined &&
      text.startsWith(next.text, start) &&
      text.charCodeAt(start + next.text.length) === SPACE
    ) {
      const from = start + next.text.length + 1;
      const end = endOfLine(text, from);
      samples.push({ metric: next.metric, value: readValue(text, from, end, start) });
      previous = next;
      start = end + 1;
      continue;
    }
    const end = endOfLine(text, start);
    if (end > start && text.charCodeAt(start) !== HASH) {
      const line = text.slice(start, end);
      if (line.trim() !== '') {
        // The value follows the last brace, or else the first blank: label values may hold blanks and braces.
        const brace = line.lastIndexOf('}');
        const split = brace === -1 ? line.search(/[ \t]/) : brace + 1;
        if (split <= 0) throw problem(text, start, `no value in ${JSON.stringify(line)}`);
        const found = remember(line.slice(0, split), text, start);
        previous.next = found;
        previous = found;
        samples.push({ metric: found.metric, value: readValue(text, start + split, end, start) });
      }
    }
    start = end + 1;
  }
  return samples;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

function problem(text: string, at: number, message: string): Error {
  return new Error(`exposition line ${text.slice(0, at).split('\n').length}: ${message}`);
}

function remember(metricText: string, text: string, at: number): Remembered {
  let found = seen.get(metricText);
  if (found === undefined) {
    found = { text: metricText, metric: parseMetric(metricText, text, at), next: undefined };
    if (seen.size >= REMEMBERED) {
      seen.clear();
      begin = { text: '', metric: Labels.none, next: undefined };
    }
    seen.set(metricText, found);
  }
  return found;
}

/** The value between two indexes; most are whole numbers. `line` is where its line starts. */
function readValue(text: string, from: number, to: number, line: number): number {
  let value = 0;
  let at = from;
  if (to - from <= EXACT_DIGITS) {
    for (; at < to; at += 1) {
      const digit = text.charCodeAt(at) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
  }
  return at === to && at > from ? value : parseValue(text, text.slice(from, to).trim(), line);
}

function parseValue(text: string, word: string, line: number): number {
  const value = word === '' ? Number.NaN : Number(word);
  if (!Number.isNaN(value)) return value;
  if (word === '+Inf' || word === 'Inf') return Infinity;
  if (word === '-Inf') return -Infinity;
  if (word.toLowerCase() === 'nan') return Number.NaN;
  throw problem(text, line, `${JSON.stringify(word)} is not a value (time stamps are not supported)`);
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|$)/y;

function parseMetric(text: string, whole: string, at: number): Labels {
  const name = NAME.exec(text)?.[0];
  const rest = text.slice(name?.length ?? 0).trim();
  if (name === undefined || (rest !== '' && !(rest.startsWith('{') && rest.endsWith('}')))) {
    throw problem(whole, at, `${JSON.stringify(text)} is not a metric`);
  }
  const pairs: [string, string][] = [[METRIC_NAME, name]];
  const labels = rest.slice(1, -1);
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < labels.trimEnd().length) {
    const match = LABEL.exec(labels);
    if (match === null) throw problem(whole, at, `bad labels in ${JSON.stringify(text)}`);
    pairs.push([match[1] ?? '', unescape(match[2] ?? '')]);
  }
  return Labels.of(pairs);
}

function unescape(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char)) : text;
}
