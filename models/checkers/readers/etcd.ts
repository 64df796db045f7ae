import { Keyword } from '../values.ts';
import { EdnError, EdnReader } from './edn-values.ts';
import { pairEvents } from './events.ts';
import type { LoggedEvent } from './events.ts';
import { excerpt, unreadable } from './recorded.ts';
import type { Recorded } from './recorded.ts';

/** `INFO  jepsen.util - 3	:ok	:read	nil`; a time may stand in front. */
const EVENT = /\bjepsen\.util - (\S+)\s+:(invoke|ok|fail|info)\s+:([\w-]+)\s+(\S.*)$/;
/** What Jepsen's other parts say, such as `INFO  jepsen.core - Worker 3 starting`. */
const REMARK = /\b(?:TRACE|DEBUG|INFO|WARN|ERROR)\s+(?!jepsen\.util\b)[\w.$-]+ - /;

/**
 * The text logs of Jepsen's etcd test: a compare-and-set register, initially nil.
 *
 * Here a `:fail` of a compare-and-set with its two values is etcd's answer that the register held something else: an
 * observation, which has to linearize. It becomes an `ok` with `swapped: false`. Any other `:fail` did not take place.
 */
export function readEtcd(file: string, text: string): Recorded {
  const events = text.split('\n').flatMap((written, i): LoggedEvent[] => {
    const line = i + 1;
    if (written.trim() === '' || REMARK.test(written)) return [];
    const [, process = '', type = '', name = '', rest = ''] = EVENT.exec(written.trimEnd()) ?? [];
    if (process === '')
      unreadable(
        file,
        line,
        `expected INFO  jepsen.util - <process> :<invoke|ok|fail|info> :<operation> <value>, found ${excerpt(written)}; is the line cut off?`,
      );
    if (!/^\d+$/.test(process)) return [];
    const value = valueOf(file, line, rest);
    return [{ line, process, type: type as LoggedEvent['type'], name, value }];
  });
  const recorded = pairEvents(file, 'etcd log', events);
  return {
    ...recorded,
    operations: recorded.operations.map((operation) =>
      operation.name === 'cas' && operation.outcome === 'fail' && Array.isArray(operation.result?.['value'])
        ? { ...operation, outcome: 'ok', result: { ...operation.result, swapped: false } }
        : operation,
    ),
  };
}

function valueOf(file: string, line: number, text: string): unknown {
  try {
    const reader = new EdnReader(text);
    const value = reader.next()?.value;
    const more = reader.next();
    if (more !== undefined) unreadable(file, line, `expected one value at the end of the line, found ${excerpt(text)}`);
    return value instanceof Keyword ? null : value;
  } catch (error) {
    if (error instanceof EdnError) unreadable(file, line, error.message);
    throw error;
  }
}
