import type { LineResult, Ms } from '../contract/index.ts';

/** `3:07.4`: minutes, seconds, tenths; hours in front where there are some. */
export function clock(ms: Ms): string {
  const tenths = Math.round(Math.abs(ms) / 100);
  const [seconds, minutes, hours] = [(tenths % 600) / 10, Math.floor(tenths / 600) % 60, Math.floor(tenths / 36_000)];
  const tail = seconds.toFixed(1).padStart(4, '0');
  const text = hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
  return ms < 0 ? `-${text}` : text;
}

/** `18 min 8 s`, `2.1 s`, `40 ms`: how long something took, in words. */
export function span(ms: Ms): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

/** Since the instant that the line counts from, with a sign where that is not the injection; `never` when it did not come. */
export function sinceAnchor({ at, anchor, verdict }: LineResult): string {
  if (at === undefined || anchor === undefined) return verdict === 'fail' ? 'never' : '';
  const text = clock(at - anchor.at);
  return anchor.name === 'injection' || text.startsWith('-') ? text : `+${text}`;
}

/** The catalogue's limit with a space before its unit: `10 s`, `5 min`, `at once`. */
export function limitText(limit: string): string {
  if (limit === 'immediate') return 'at once';
  return limit.replace(/^([\d.]+)m$/, '$1 min').replace(/^([\d.]+)(ms|s|h|d)$/, '$1 $2');
}

/** Cuts what is too long for its column, with an ellipsis. */
export function fit(text: string, width: number): string {
  const line = text.replaceAll(/[\n\r\t]+/g, ' ');
  return line.length <= width ? line.padEnd(width) : `${line.slice(0, width - 1)}…`;
}

/** A line of a structured log as a person reads it: `warn Redis connection error: connect ECONNREFUSED`; others as they are. */
export function logText(text: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof parsed !== 'object' || parsed === null) return text;
  const { level, msg, err } = parsed as Record<string, unknown>;
  const cause = typeof err === 'object' && err !== null ? (err as Record<string, unknown>)['message'] : err;
  const words = [level, msg].filter((word) => typeof word === 'string').join(' ');
  return words === '' ? text : typeof cause === 'string' ? `${words}: ${cause}` : words;
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;
}
