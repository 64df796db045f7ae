import type { LogChecker, LogLine } from '../../contract/index.ts';
import type { Judgement } from './judgement.ts';

/** No service may have met an error that nobody handled: whatever else passed, nobody knows what it left half done. */
export function judgeLogs(logs: Readonly<Record<string, readonly LogLine[]>>, checker: LogChecker): Judgement {
  const texts = Object.entries(logs).map(([name, lines]) => [name, lines.map(({ text }) => text)] as const);
  const result = checker(Object.fromEntries(texts));
  switch (result.verdict) {
    case 'ok':
      return { verdict: 'pass', seen: `${result.examined} lines, none of an error that nobody handled` };
    case 'illegal':
      return { verdict: 'fail', seen: `${result.count} of ${result.examined} lines: ${result.first.what}` };
    default:
      return { verdict: 'unknown', seen: result.why };
  }
}
