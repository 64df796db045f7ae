import { TYPE, message } from '../postgres/wire.ts';

/** Types of messages that the pooler reads beside those of `wire.ts`, by their letter. */
export const letter = (bytes: Buffer): string => String.fromCharCode(bytes[0] as number);

/** Cuts a stream into messages. The first of a client has no type byte. */
export class Framer {
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes before the length of the next message. */
  header: 0 | 1 = 1;

  push(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
  }

  next(): Buffer | undefined {
    const { header } = this;
    if (this.#rest.length < header + 4) return undefined;
    const length = header + this.#rest.readInt32BE(header);
    if (this.#rest.length < length) return undefined;
    const found = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return found;
  }
}

/** What the pooler itself says when it ends a connection or refuses a command. */
export function poolerError(text: string, severity: 'FATAL' | 'ERROR' = 'FATAL'): Buffer {
  const fields = `S${severity}\0C08P01\0M${text}\0\0`;
  return message(TYPE.error, Buffer.from(fields));
}

export const ready = (status: string): Buffer => message(TYPE.ready, Buffer.from(status));
export const AUTHENTICATED = message(0x52, Buffer.alloc(4));
export const PARSE_COMPLETE = message(TYPE.parseComplete);
export const CLOSE_COMPLETE = message(0x33);
export const query = (text: string): Buffer => message(TYPE.query, text);
export const parameterStatus = (name: string, value: string): Buffer => message(0x53, name, value);

/** A text that ends with a zero byte, and where the rest begins. */
export function text(bytes: Buffer, at: number): { value: string; end: number } {
  const zero = bytes.indexOf(0, at);
  return { value: bytes.toString('utf8', at, zero), end: zero + 1 };
}

export function keyData(pid: number, secret: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeInt32BE(pid, 0);
  body.writeInt32BE(secret, 4);
  return message(TYPE.keyData, body);
}

export const TEXT = 25;
export const INT4 = 23;
export const NUMERIC = 1700;

export interface Column {
  readonly name: string;
  readonly type: typeof TEXT | typeof INT4 | typeof NUMERIC;
}

export function rowDescription(columns: readonly Column[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeInt16BE(columns.length);
  const parts = columns.map(({ name, type }) => {
    const tail = Buffer.alloc(18);
    tail.writeInt32BE(type, 6);
    tail.writeInt16BE(type === INT4 ? 4 : -1, 10);
    tail.writeInt32BE(-1, 12);
    return Buffer.concat([Buffer.from(`${name}\0`), tail]);
  });
  return message(TYPE.rowDescription, count, ...parts);
}

export function dataRow(values: readonly (string | number | null)[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeInt16BE(values.length);
  const parts = values.map((value) => {
    const bytes = value === null ? Buffer.alloc(0) : Buffer.from(String(value));
    const length = Buffer.alloc(4);
    length.writeInt32BE(value === null ? -1 : bytes.length);
    return Buffer.concat([length, bytes]);
  });
  return message(TYPE.dataRow, count, ...parts);
}
