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
export function readHistory(file: string, written: string): Recorded {
  const text = written.replace(/^\uFEFF/, '');
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.trim() !== '' && !line.trim().startsWith(';'));
  const line = lines[first];
  if (line === undefined)
    return unreadable(file, 1, 'expected a history, found an empty file; was it written to the end?');
  if (line.startsWith(GZIP))
    return unreadable(file, 1, `expected a text, found one that gzip has packed; unpack it first: gunzip ${file}`);
  if (/\bjepsen\.[\w.]+ - /.test(line) || /^(?:INFO|WARN|DEBUG|ERROR)\s/.test(line)) return readEtcd(file, text);
  if (/^\s*\{\s*(?:"|\})/.test(line)) return readJsonl(file, text);
  if (/^[\s,]*[[({#]/.test(line)) return readEdn(file, text);
  return unreadable(
    file,
    first + 1,
    `expected a history.jsonl, a history of Jepsen in EDN or a text log of its etcd test, found ${excerpt(line)}`,
  );
}
