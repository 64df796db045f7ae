import { checked } from './checked.ts';
import type { Checked } from './checked.ts';

/**
 * What tells of an error that nobody caught: the line by which Node signs off when it ends a process for one, its warning where
 * it goes on, and the words of services that tell of one themselves. A process that is killed says none of them.
 */
const UNHANDLED: readonly RegExp[] = [
  /\bunhandled ?(?:promise ?)?rejection\b/i,
  /\buncaught ?exception\b/i,
  /\bERR_UNHANDLED_REJECTION\b/,
  /^Uncaught\b/,
  /^Node\.js v\d+\.\d+\.\d+$/,
];

/**
 * No service's log tells of a rejection or an exception that nobody handled. `logs`: by service, a line each. Examined are lines;
 * `operations` of a finding are empty, since no client was told.
 */
export function logPatterns(
  logs: Readonly<Record<string, readonly string[]>>,
  patterns: readonly RegExp[] = UNHANDLED,
): Checked {
  const lines = Object.entries(logs).flatMap(([service, own]) =>
    own.map((line, i) => ({ service, line, number: i + 1 })),
  );
  const findings = lines
    .filter(({ line }) => patterns.some((pattern) => pattern.test(line)))
    .map(({ service, line, number }) => ({ what: `${service}, line ${number}: ${line}`, operations: [], by: 1 }));
  return checked(lines.length, findings);
}
