import type { Operation } from '../../../contract/index.ts';
import { UnreadableHistory } from '../../../contract/index.ts';

/** A history as a file tells it. */
export interface Recorded {
  readonly format: 'history.jsonl' | 'Jepsen EDN' | 'etcd log' | 'kv log';
  /** In the order of their invocation. Times order operations; only those of history.jsonl are milliseconds. */
  readonly operations: readonly Operation[];
  /** The line on which each operation begins, from 1. */
  readonly lines: readonly number[];
}

/** Ends the reading: what was expected, what was found at which line, and what to do. */
export function unreadable(file: string, line: number, problem: string): never {
  throw new UnreadableHistory(`${file}:${line}: ${problem}`);
}

/** What a message shows of a line that makes no sense. */
export function excerpt(text: string): string {
  const line = text.trim().replaceAll(/\p{Cc}/gu, '\uFFFD');
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
