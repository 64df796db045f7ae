import { Keyword, textOf } from '../values.ts';
import { EdnError, EdnReader } from './edn-values.ts';
import type { Located } from './edn-values.ts';
import { pairEvents } from './events.ts';
import type { LoggedEvent } from './events.ts';
import { excerpt, unreadable } from './recorded.ts';
import type { Recorded } from './recorded.ts';

const TYPES = ['invoke', 'ok', 'fail', 'info'] as const;

/**
 * Jepsen's histories and the kv logs of Porcupine: maps of EDN with `:process`, `:type`, `:f`, `:value` and perhaps `:key`, one after
 * the other or in one vector. Processes that are no whole numbers (`:nemesis`) are no clients and are passed over.
 *
 * A `:fail` is what Jepsen says that it is: the operation did not take place. Also that of a compare-and-set: Jepsen's
 * clients give it for every definite refusal, a mismatch being one of them, so it is no proof of what the register held.
 */
export function readEdn(file: string, text: string): Recorded {
  const events: LoggedEvent[] = [];
  let keyed = false;
  for (const { value, line } of maps(file, text)) {
    if (!(value instanceof Map))
      unreadable(
        file,
        line,
        `expected a map such as {:process 0, :type :invoke, :f :read, :value nil}, found ${excerpt(textOf(value))}`,
      );
    const map = byName(value);
    const process = map.get('process');
    if (process === undefined) unreadable(file, line, `expected :process in each map, found none; is this a history?`);
    if (typeof process !== 'number') continue;
    const type = TYPES.find((each) => each === nameOf(map.get('type')));
    if (type === undefined)
      unreadable(
        file,
        line,
        `expected :type to be one of :invoke, :ok, :fail and :info, found ${textOf(map.get('type'))}`,
      );
    const name = nameOf(map.get('f'));
    if (name === undefined)
      unreadable(file, line, `expected :f with the name of the operation, found ${textOf(map.get('f'))}`);
    const error = map.get('error');
    const key = map.get('key');
    keyed ||= key !== undefined;
    events.push({
      line,
      process: String(process),
      type,
      name,
      value: map.get('value') ?? null,
      ...(key === undefined ? {} : { key }),
      ...(error === undefined ? {} : { error: textOf(error) }),
    });
  }
  return pairEvents(file, keyed ? 'kv log' : 'Jepsen EDN', events);
}

/** The maps of the file: at its top, or in the vector or list that it is. */
function* maps(file: string, text: string): Generator<Located> {
  const reader = new EdnReader(text);
  try {
    for (let each = reader.next(); each !== undefined; each = reader.next()) {
      if (!Array.isArray(each.value)) yield each;
      else
        for (const value of each.value)
          yield { value, line: (value instanceof Map ? reader.lineOf(value) : undefined) ?? each.line };
    }
  } catch (error) {
    if (error instanceof EdnError) unreadable(file, error.line, error.message);
    throw error;
  }
}

function nameOf(value: unknown): string | undefined {
  if (value instanceof Keyword) return value.name;
  return typeof value === 'string' ? value : undefined;
}

function byName(map: ReadonlyMap<unknown, unknown>): ReadonlyMap<string, unknown> {
  return new Map([...map].map(([key, value]) => [nameOf(key) ?? textOf(key), value]));
}
