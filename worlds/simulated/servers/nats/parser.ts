import { EMPTY, MAX_PAYLOAD, type Message } from './types.ts';

/** What a client says. */
export type Operation =
  | { readonly kind: 'connect'; readonly options: Readonly<Record<string, unknown>> }
  | { readonly kind: 'ping' | 'pong' }
  | { readonly kind: 'subscribe'; readonly subject: string; readonly queue: string | undefined; readonly sid: string }
  | { readonly kind: 'unsubscribe'; readonly sid: string; readonly max: number }
  | { readonly kind: 'publish'; readonly message: Message };

/** The client broke the protocol; the message is what `-ERR` says. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

const CONTROL_LINE_MAX = 4096;
const UNKNOWN = 'Unknown Protocol Operation';
const DIGITS = /^\d{1,9}$/;

/** Cuts a client's bytes into operations. */
export class Parser {
  #rest: Buffer = EMPTY;
  /** A publication whose payload is awaited. */
  #pending: { subject: string; reply: string | undefined; headerBytes: number; bytes: number } | undefined;

  push(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
  }

  /** @throws ProtocolError */
  next(): Operation | undefined {
    for (;;) {
      if (this.#pending !== undefined) return this.#payload();
      const end = this.#rest.indexOf('\r\n');
      if (end === -1) {
        if (this.#rest.length > CONTROL_LINE_MAX) throw new ProtocolError('Maximum Control Line Exceeded');
        return undefined;
      }
      const line = this.#rest.toString('utf8', 0, end);
      this.#rest = this.#rest.subarray(end + 2);
      const operation = this.#line(line);
      if (operation !== undefined) return operation;
    }
  }

  #line(line: string): Operation | undefined {
    const space = line.search(/[ \t]/);
    const verb = (space === -1 ? line : line.slice(0, space)).toUpperCase();
    const argument = space === -1 ? '' : line.slice(space).trim();
    const words = argument === '' ? [] : argument.split(/[ \t]+/);
    switch (verb) {
      case 'PING':
        return { kind: 'ping' };
      case 'PONG':
        return { kind: 'pong' };
      case 'CONNECT':
        return { kind: 'connect', options: parseOptions(argument) };
      case 'SUB': {
        if (words.length < 2 || words.length > 3) throw new ProtocolError(UNKNOWN);
        const [subject = '', second = '', third] = words;
        return third === undefined
          ? { kind: 'subscribe', subject, queue: undefined, sid: second }
          : { kind: 'subscribe', subject, queue: second, sid: third };
      }
      case 'UNSUB':
        if (words.length < 1 || words.length > 2) throw new ProtocolError(UNKNOWN);
        return { kind: 'unsubscribe', sid: words[0]!, max: Number(words[1] ?? 0) };
      case 'PUB':
      case 'HPUB':
        this.#announce(words, verb === 'HPUB');
        return undefined;
      default:
        throw new ProtocolError(UNKNOWN);
    }
  }

  #announce(words: readonly string[], withHeaders: boolean): void {
    const sizes = words.slice(withHeaders ? -2 : -1);
    const names = words.slice(0, -sizes.length);
    if (names.length < 1 || names.length > 2 || !sizes.every((size) => DIGITS.test(size)))
      throw new ProtocolError(UNKNOWN);
    const bytes = Number(sizes.at(-1));
    const headerBytes = withHeaders ? Number(sizes[0]) : 0;
    if (bytes > MAX_PAYLOAD) throw new ProtocolError('Maximum Payload Violation');
    if (headerBytes > bytes) throw new ProtocolError(UNKNOWN);
    this.#pending = { subject: names[0]!, reply: names[1], headerBytes, bytes };
  }

  #payload(): Operation | undefined {
    const { subject, reply, headerBytes, bytes } = this.#pending!;
    if (this.#rest.length < bytes + 2) return undefined;
    const body = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes + 2);
    this.#pending = undefined;
    return {
      kind: 'publish',
      message: {
        subject,
        reply,
        headers: headerBytes === 0 ? undefined : body.subarray(0, headerBytes),
        payload: body.subarray(headerBytes),
      },
    };
  }
}

function parseOptions(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new ProtocolError(UNKNOWN);
  }
}
