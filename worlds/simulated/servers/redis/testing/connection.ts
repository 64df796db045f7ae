import type { Duplex } from 'node:stream';
import { type RawReply, ReplyReader } from './replies.ts';

/** Encodes a request. Arguments are latin1. */
export function request(argv: readonly string[]): string {
  return `*${argv.length}\r\n${argv.map((argument) => `$${argument.length}\r\n${argument}\r\n`).join('')}`;
}

/** A raw client connection that records all replies and pushed messages. */
export class TestConnection {
  readonly #socket: Duplex;
  readonly #reader = new ReplyReader();
  readonly received: RawReply[] = [];
  #arrived: (() => void) | undefined;

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.received.push(...this.#reader.push(chunk));
      this.#arrived?.();
    });
    socket.on('error', () => undefined);
  }

  send(argv: readonly string[]): void {
    this.#socket.write(request(argv), 'latin1');
  }

  /** Writes bytes as they are. */
  raw(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  /** Sends a command and waits for the one reply to it. */
  async ask(...argv: string[]): Promise<RawReply> {
    const wanted = this.received.length + 1;
    this.send(argv);
    await this.until(wanted);
    return this.received.at(-1) ?? '';
  }

  /** Waits until so many replies have come, or for `patienceMs`. */
  async until(count: number, patienceMs = 2000): Promise<void> {
    const deadline = performance.now() + patienceMs;
    while (this.received.length < count && performance.now() < deadline) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - performance.now());
        this.#arrived = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#arrived = undefined;
  }

  close(): void {
    this.#socket.destroy();
  }
}
