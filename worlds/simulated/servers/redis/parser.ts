/** What a client did wrong on the wire; the real server answers with it and closes the connection. */
export class ProtocolError extends Error {}

const MAX_ARGUMENTS = 1024 * 1024;
const MAX_BULK = 512 * 1024 * 1024;
const MAX_INLINE = 64 * 1024;

/**
 * Reads requests (arrays of bulk strings, or inline commands) from chunks cut anywhere. Bytes are latin1 characters.
 * A large value that arrives in many chunks is scanned once: the parser remembers what it has of the command so far.
 */
export class RequestParser {
  #buffer = '';
  #at = 0;
  /** Arguments still to come of the command under way, or 0 between commands. */
  #missing = 0;
  /** Length of the bulk string under way, or -1 when its header is still to come. */
  #bulk = -1;
  #arguments: string[] = [];

  /** Adds bytes; `undefined` from `next` means that more are needed. */
  push(chunk: Uint8Array): void {
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    this.#buffer = this.#at === this.#buffer.length ? text : this.#buffer.slice(this.#at) + text;
    this.#at = 0;
  }

  /** The next complete command, never empty. Throws ProtocolError. */
  next(): string[] | undefined {
    for (;;) {
      if (this.#missing === 0) {
        const started = this.#start();
        if (started === undefined || started.length > 0) return started;
        if (this.#missing === 0) continue; // an empty line or array asks for nothing
      }
      if (!this.#fill()) return undefined;
      const command = this.#arguments;
      this.#arguments = [];
      return command;
    }
  }

  /** Reads a command's first line: a whole inline command, `[]` when arguments (or nothing) follow. */
  #start(): string[] | undefined {
    if (this.#at === this.#buffer.length) return undefined;
    if (this.#buffer[this.#at] !== '*') return this.#inline();
    const line = this.#line('too big mbulk count string');
    if (line === undefined) return undefined;
    const count = integer(line.slice(1));
    if (count === undefined || count > MAX_ARGUMENTS) throw new ProtocolError('invalid multibulk length');
    this.#missing = Math.max(0, count);
    return [];
  }

  #inline(): string[] | undefined {
    const end = this.#buffer.indexOf('\n', this.#at);
    if (end === -1) {
      if (this.#buffer.length - this.#at > MAX_INLINE) throw new ProtocolError('too big inline request');
      return undefined;
    }
    const words = splitInline(this.#buffer.slice(this.#at, end).replace(/\r$/, ''));
    this.#at = end + 1;
    return words;
  }

  /** Reads bulk strings until the command is whole. */
  #fill(): boolean {
    while (this.#missing > 0) {
      if (this.#bulk === -1) {
        const line = this.#line('too big bulk count string');
        if (line === undefined) return false;
        if (line[0] !== '$') throw new ProtocolError(`expected '$', got '${line[0] ?? '\r'}'`);
        const length = integer(line.slice(1));
        if (length === undefined || length < 0 || length > MAX_BULK) throw new ProtocolError('invalid bulk length');
        this.#bulk = length;
      }
      const end = this.#at + this.#bulk;
      if (this.#buffer.length < end + 2) return false;
      this.#arguments.push(this.#buffer.slice(this.#at, end));
      this.#at = end + 2;
      this.#bulk = -1;
      this.#missing -= 1;
    }
    return true;
  }

  #line(tooLong: string): string | undefined {
    const end = this.#buffer.indexOf('\r\n', this.#at);
    if (end === -1) {
      if (this.#buffer.length - this.#at > MAX_INLINE) throw new ProtocolError(tooLong);
      return undefined;
    }
    const line = this.#buffer.slice(this.#at, end);
    this.#at = end + 2;
    return line;
  }
}

function integer(text: string): number | undefined {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Words of an inline command, with single and double quotes; escapes in double quotes as in C. */
function splitInline(line: string): string[] {
  const words: string[] = [];
  const word = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"']+))(?=\s|$)/gy;
  let at = 0;
  while (at < line.trimEnd().length) {
    word.lastIndex = at;
    const match = word.exec(line);
    if (match === null) throw new ProtocolError('unbalanced quotes in request');
    words.push(
      match[1] === undefined ? (match[2]?.replaceAll(String.raw`\'`, "'") ?? match[3] ?? '') : unescape(match[1]),
    );
    at = word.lastIndex;
  }
  return words;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\u0007' };

function unescape(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_, hex: string | undefined, char: string | undefined) =>
    hex === undefined ? (ESCAPES[char ?? ''] ?? char ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
