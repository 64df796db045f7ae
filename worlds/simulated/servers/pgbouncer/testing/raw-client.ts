import net from 'node:net';
import { TYPE, columns, commandTag, fields, message, startupMessage } from '../../postgres/wire.ts';
import { Framer, letter, text } from '../messages.ts';

/** A client that shows each message it gets as a line of text. */
export class RawClient {
  readonly #socket: net.Socket;
  readonly #framer = new Framer();
  readonly #seen: string[] = [];
  #changed: () => void = () => {};
  closed = false;
  /** Of its BackendKeyData. */
  key = Buffer.alloc(8);

  constructor(port: number, first: Readonly<Record<string, string>> | Buffer) {
    this.#socket = net.connect({ port, host: '127.0.0.1' });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.closed = true;
      this.#note('closed');
    });
    this.#socket.on('data', (chunk: Buffer) => {
      this.#framer.push(chunk);
      for (let next = this.#framer.next(); next !== undefined; next = this.#framer.next()) {
        if (next[0] === TYPE.keyData) this.key = Buffer.from(next.subarray(5));
        this.#note(shown(next));
      }
    });
    this.#socket.write(Buffer.isBuffer(first) ? first : startupMessage(Object.entries(first)));
  }

  #note(line: string): void {
    this.#seen.push(line);
    this.#changed();
  }

  send(...messages: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat(messages));
  }

  /** What was seen up to a ReadyForQuery or the end; `silent` when neither came in time. */
  async heard(limitMs = 5000): Promise<readonly string[]> {
    const done = (): boolean => this.closed || this.#seen.some((line) => line.startsWith('Z '));
    const deadline = Date.now() + limitMs;
    while (!done()) {
      const left = deadline - Date.now();
      if (left <= 0) return [...this.#seen.splice(0), 'silent'];
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#seen.splice(0);
  }

  async query(sql: string, limitMs?: number): Promise<readonly string[]> {
    this.send(message(TYPE.query, sql));
    return this.heard(limitMs);
  }

  async ask(...messages: readonly Buffer[]): Promise<readonly string[]> {
    this.send(...messages);
    return this.heard();
  }

  end(): void {
    this.#socket.end(message(TYPE.terminate));
  }
}

/** Places in the server's source that say nothing about a pooler, and secrets. */
function shown(bytes: Buffer): string {
  const type = letter(bytes);
  if (type === 'E' || type === 'N') {
    const { S = '', C = '', M = '' } = fields(bytes);
    return `${type} ${S} ${C} ${M}`;
  }
  if (type === 'D') return `D ${columns(bytes).join('|')}`;
  if (type === 'C') return `C ${commandTag(bytes)}`;
  if (type === 'Z') return `Z ${String.fromCharCode(bytes[5] as number)}`;
  if (type === 'T') return `T ${bytes.readInt16BE(5)} columns`;
  if (type === 'S') {
    const name = text(bytes, 5);
    return `S ${name.value}=${text(bytes, name.end).value}`;
  }
  return type;
}
