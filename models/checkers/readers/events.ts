import type { Operation } from '../../../contract/index.ts';
import { unreadable } from './recorded.ts';
import type { Recorded } from './recorded.ts';

/** One line of a log in which an operation has a line for its invocation and one for its end. */
export interface LoggedEvent {
  readonly line: number;
  readonly process: string;
  readonly type: 'invoke' | Operation['outcome'];
  readonly name: string;
  readonly value: unknown;
  /** Undefined where the format has none, or the operation. */
  readonly key?: unknown;
  readonly error?: string;
}

/**
 * Operations out of a log of events. Times are places in the log, which is the order in which things happened. An `info` and
 * an invocation without an end leave an operation open. Input and result are `{ value, key? }` as they were logged.
 */
export function pairEvents(file: string, format: Recorded['format'], events: readonly LoggedEvent[]): Recorded {
  const operations: Operation[] = [];
  const lines: number[] = [];
  const open = new Map<string, number>();
  for (const [at, { line, process, type, name, value, key, error }] of events.entries()) {
    const pending = open.get(process);
    const begun = pending === undefined ? undefined : operations[pending];
    if (type === 'invoke') {
      if (pending !== undefined)
        unreadable(
          file,
          line,
          `expected process ${process} to end its ${begun?.name} of line ${lines[pending]} before it begins another operation, found ${name}; a process does one thing at a time: give the other one a process of its own`,
        );
      open.set(process, operations.length);
      lines.push(line);
      const input = key === undefined ? { value } : { value, key };
      operations.push({ id: operations.length, process, name, input, invokedAt: at, outcome: 'info' });
      continue;
    }
    if (pending === undefined || begun === undefined)
      unreadable(
        file,
        line,
        `expected an invocation of ${name} by process ${process} before its :${type}, found none; is the beginning of the file missing?`,
      );
    if (begun.name !== name)
      unreadable(
        file,
        line,
        `expected the end of ${begun.name}, which process ${process} began on line ${lines[pending]}, found :${type} of ${name}; correct the one or the other`,
      );
    open.delete(process);
    operations[pending] = {
      ...begun,
      outcome: type,
      ...(type === 'info' ? {} : { completedAt: at }),
      result: { value },
      ...(error === undefined ? {} : { error }),
    };
  }
  return { format, operations, lines };
}
