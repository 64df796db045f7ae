/** One reply as it came: the type byte with a line or a quoted string, or the type byte and parts. */
export type RawReply = string | readonly RawReply[];

/** Cuts a stream of RESP replies into `RawReply`s; latin1. */
export class ReplyReader {
  #buffer = '';

  push(chunk: Buffer): RawReply[] {
    this.#buffer += chunk.toString('latin1');
    const replies: RawReply[] = [];
    for (;;) {
      const read = readReply(this.#buffer, 0);
      if (read === undefined) return replies;
      replies.push(read.reply);
      this.#buffer = this.#buffer.slice(read.end);
    }
  }
}

function readReply(text: string, from: number): { reply: RawReply; end: number } | undefined {
  const lineEnd = text.indexOf('\r\n', from);
  if (lineEnd === -1) return undefined;
  const type = text[from] ?? '';
  const line = text.slice(from + 1, lineEnd);
  const start = lineEnd + 2;
  if ('$='.includes(type)) {
    if (line === '-1') return { reply: `${type}nil`, end: start };
    const end = start + Number(line);
    return text.length < end + 2 ? undefined : { reply: type + JSON.stringify(text.slice(start, end)), end: end + 2 };
  }
  if (!'*%~>'.includes(type)) return { reply: type + line, end: start };
  if (line === '-1') return { reply: `${type}nil`, end: start };
  const parts: RawReply[] = [];
  let end = start;
  for (let left = Number(line) * (type === '%' ? 2 : 1); left > 0; left -= 1) {
    const part = readReply(text, end);
    if (part === undefined) return undefined;
    parts.push(part.reply);
    end = part.end;
  }
  return { reply: [type, ...parts], end };
}

/** Replies whose order is the server's business. */
const UNORDERED = new Set(['smembers', 'sinter', 'sunion', 'sdiff', 'keys', 'hkeys', 'hvals', 'spop', 'srandmember']);
const UNORDERED_PAIRS = new Set(['hgetall']);
const SCANS = new Set(['sscan', 'hscan', 'zscan', 'scan']);

/** The reply with its parts sorted where Redis promises no order, and without the connection's id. */
export function normalise(command: readonly string[], reply: RawReply): RawReply {
  const name = command[0]?.toLowerCase() ?? '';
  if (typeof reply === 'string') return reply;
  if (UNORDERED.has(name)) return sorted(reply, 1);
  if (UNORDERED_PAIRS.has(name)) return sorted(reply, 2);
  if (name === 'hello') return withoutId(reply);
  // Which command a reply belongs to is not known here: all that could be unordered is sorted.
  if (name === 'exec') return reply.map((part) => sorted(withoutId(part), 1));
  const [type, cursor, found] = reply;
  if (SCANS.has(name) && cursor !== undefined && found !== undefined) {
    return [type ?? '', cursor, sorted(found, name === 'hscan' || name === 'zscan' ? 2 : 1)];
  }
  return reply;
}

function withoutId(reply: RawReply): RawReply {
  return typeof reply === 'string' ? reply : reply.map((part, at) => (reply[at - 1] === '$"id"' ? ':id' : part));
}

function sorted(reply: RawReply, width: number): RawReply {
  if (typeof reply === 'string') return reply;
  const [type, ...parts] = reply;
  const groups: string[] = [];
  for (let at = 0; at < parts.length; at += width) groups.push(JSON.stringify(parts.slice(at, at + width)));
  return [type ?? '', ...groups.toSorted()];
}
