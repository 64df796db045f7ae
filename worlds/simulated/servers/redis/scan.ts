import { command, type Call, type Command, type ValueOf } from './call.ts';
import { array, bulk, bulks, EMPTY_ARRAY } from './encoder.ts';
import { ReplyError, SYNTAX } from './errors.ts';
import { globMatch } from './glob.ts';
import { formatDouble } from './numbers.ts';
import type { Entry } from './values.ts';

interface ScanOptions {
  readonly count: number;
  readonly pattern: string | undefined;
  readonly type: string | undefined;
}

const CURSOR = /^\d{1,20}$/;

function parseOptions(call: Call, from: number, typed: boolean): ScanOptions {
  let [count, pattern, type]: [number, string | undefined, string | undefined] = [10, undefined, undefined];
  for (let at = from; at < call.argv.length; at += 2) {
    const option = call.option(at);
    if (at + 1 >= call.argv.length) throw new ReplyError(SYNTAX);
    if (option === 'COUNT') {
      count = call.integer(at + 1);
      if (count < 1) throw new ReplyError(SYNTAX);
    } else if (option === 'MATCH') pattern = call.arg(at + 1);
    else if (option === 'TYPE' && typed) type = call.arg(at + 1).toLowerCase();
    else throw new ReplyError(SYNTAX);
  }
  return { count, pattern, type };
}

function cursor(call: Call, index: number): number {
  if (!CURSOR.test(call.arg(index))) throw new ReplyError('ERR invalid cursor');
  return Number(call.arg(index));
}

/** The cursor is the sequence number of the last key seen: keys that stay are seen exactly once. */
function scan(call: Call): string {
  const after = cursor(call, 1);
  const { count, pattern, type } = parseOptions(call, 2, true);
  const page: [string, Entry][] = [];
  let next = 0;
  for (const [key, entry] of call.db.entries) {
    if (entry.sequence <= after) continue;
    if (page.length === count) {
      next = page.at(-1)?.[1].sequence ?? 0;
      break;
    }
    page.push([key, entry]);
  }
  const found = page.filter(
    ([key, { value }]) =>
      (pattern === undefined || globMatch(pattern, key)) && (type === undefined || value.type === type),
  );
  const live = found.filter(([key]) => call.db.lookup(key) !== undefined);
  return array([bulk(String(next)), bulks(live.map(([key]) => key))]);
}

type Collection = 'hash' | 'set' | 'zset';

/** Collections come whole at the first call, as the real server's small ones do; COUNT is only a hint. */
function scanCollection<T extends Collection>(
  call: Call,
  type: T,
  elements: (value: ValueOf<T>) => readonly (readonly string[])[],
): string {
  cursor(call, 2);
  const value = call.read(call.arg(1), type);
  if (value === undefined) return array([bulk('0'), EMPTY_ARRAY]);
  const { pattern } = parseOptions(call, 3, false);
  const found = elements(value).filter(([name = '']) => pattern === undefined || globMatch(pattern, name));
  return array([bulk('0'), bulks(found.flat())]);
}

/** Cursors over keys and collections. */
export const scanCommands: readonly Command[] = [
  command('scan', -2, [], scan),
  command('hscan', -3, [], (call) => scanCollection(call, 'hash', ({ fields }) => [...fields])),
  command('sscan', -3, [], (call) =>
    scanCollection(call, 'set', ({ members }) => Array.from(members, (member) => [member])),
  ),
  command('zscan', -3, [], (call) =>
    scanCollection(call, 'zset', ({ set }) => set.elements.map(({ member, score }) => [member, formatDouble(score)])),
  ),
];
