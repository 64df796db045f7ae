import { readEdn } from './edn.ts';
import { readEtcd } from './etcd.ts';
import { readJsonl } from './jsonl.ts';
import { excerpt, unreadable } from './recorded.ts';
import type { Recorded } from './recorded.ts';

/** How a file of gzip begins, read as UTF-8. */
const GZIP = '\u001F\uFFFD';

/**
 * Reads a history in whichever of the formats it is, told by the first line that says something. Throws UnreadableHistory
 * with file, line and mend.
 */
export function readHistory(file: string, written: string | Iterable<string>): Recorded {
  const lines = (typeof written === 'string' ? written.split('\n') : written)[Symbol.iterator]();
  const begun: string[] = [];
  let line: string | undefined;
  while (line === undefined) {
    const next = lines.next();
    if (next.done === true) break;
    const read = begun.length === 0 ? next.value.replace(/^\uFEFF/, '') : next.value;
    begun.push(read);
    if (read.trim() !== '' && !read.trim().startsWith(';')) line = read;
  }
  if (line === undefined)
    return unreadable(file, 1, 'expected a history, found an empty file; was it written to the end?');
  if (line.startsWith(GZIP))
    return unreadable(file, 1, `expected a text, found one that gzip has packed; unpack it first: gunzip ${file}`);
  const all = function* (): IterableIterator<string> {
    yield* begun;
    for (let next = lines.next(); next.done !== true; next = lines.next()) yield next.value;
  };
  if (/^\s*\{\s*(?:"|\})/.test(line)) return readJsonl(file, all());
  if (/\bjepsen\.[\w.]+ - /.test(line) || /^(?:INFO|WARN|DEBUG|ERROR)\s/.test(line))
    return readEtcd(file, [...all()].join('\n'));
  if (/^[\s,]*[[({#]/.test(line)) return readEdn(file, [...all()].join('\n'));
  return unreadable(
    file,
    begun.length,
    `expected a history.jsonl, a history of Jepsen in EDN or a text log of its etcd test, found ${excerpt(line)}`,
  );
}
