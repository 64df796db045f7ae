import fs from 'node:fs';
import type { Socket } from 'node:net';
import { exemptFromGuard } from '../../kernel/guard.ts';
import { real } from '../../kernel/real.ts';
import { guarded } from './watchdog.ts';

const CHUNK = Buffer.allocUnsafeSlow(1 << 20);
const EMPTY = Buffer.alloc(0);
/** Of `poll`: no whole message has come. */
export const NOTHING: Buffer = Buffer.from('nothing');

interface NativeSocket extends Socket {
  readonly _handle: { readonly fd: number; setBlocking(on: boolean): void };
}

/** A connection whose descriptor blocks, and what gives it back. */
export interface Accepted {
  readonly fd: number;
  readonly close: () => void;
}

const GONE = new Set(['EPIPE', 'ECONNRESET', 'ENOTCONN']);
const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);

/**
 * A unix-socket connection used synchronously: its descriptor blocks, so a whole statement is one step inside one
 * simulated event. No loop turn, no promise, nothing to freeze.
 */
export class SyncConnection {
  /** Process id of the server's end, as it has said it; 0: it has not. */
  backend = 0;
  readonly #end: () => void;
  readonly #setBlocking: (on: boolean) => void;
  readonly #fd: number;
  #buffer: Buffer = EMPTY;

  /** @param to the path of a socket to connect to, or a connection that was accepted (replication/acceptor.ts). */
  constructor(to: string | Accepted) {
    if (typeof to !== 'string') {
      this.#fd = to.fd;
      this.#end = to.close;
      this.#setBlocking = () => {
        throw new Error('an accepted connection always blocks');
      };
      return;
    }
    const socket = exemptFromGuard(() => {
      const made = new real.Socket() as NativeSocket;
      made.pause();
      made.on('error', () => {});
      made.connect(to); // complete at once for a unix socket
      return made;
    });
    this.#end = () => void socket.destroy();
    this.#fd = socket._handle.fd;
    this.#setBlocking = (on) => socket._handle.setBlocking(on);
    this.#setBlocking(true);
  }

  /** False: the server has gone; what it said last can still be read. */
  write(bytes: Buffer): boolean {
    try {
      for (let offset = 0; offset < bytes.length;) {
        offset += real.writeSync(this.#fd, bytes, offset, bytes.length - offset, null);
      }
      return true;
    } catch (error) {
      if (GONE.has(codeOf(error))) return false;
      throw error;
    }
  }

  #fill(): boolean {
    const length = guarded(() => {
      for (;;) {
        try {
          return real.readSync(this.#fd, CHUNK, 0, CHUNK.length, null);
        } catch (error) {
          if (codeOf(error) !== 'EINTR') return 0;
        }
      }
    }, this.backend);
    if (length === 0) return false;
    this.#append(length);
    return true;
  }

  #append(length: number): void {
    const chunk = Buffer.from(CHUNK.subarray(0, length));
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
  }

  #take(): Buffer | undefined {
    const buffer = this.#buffer;
    if (buffer.length < 5) return undefined;
    const length = 1 + buffer.readInt32BE(1);
    if (buffer.length < length) return undefined;
    this.#buffer = buffer.length === length ? EMPTY : buffer.subarray(length);
    return buffer.subarray(0, length);
  }

  /** Puts messages where they are read from next. */
  unread(messages: Buffer): void {
    this.#buffer = Buffer.concat([messages, this.#buffer]);
  }

  /** The next whole message, waiting for it; undefined at the end of the stream. */
  next(): Buffer | undefined {
    for (;;) {
      const message = this.#take();
      if (message !== undefined) return message;
      if (!this.#fill()) return undefined;
    }
  }

  /** The next whole message if it has come; else `NOTHING`. */
  poll(): Buffer | undefined {
    const ready = this.#take();
    if (ready !== undefined) return ready;
    this.#setBlocking(false);
    try {
      const length = real.readSync(this.#fd, CHUNK, 0, CHUNK.length, null);
      if (length === 0) return undefined;
      this.#append(length);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') return undefined;
    } finally {
      this.#setBlocking(true);
    }
    return this.#take() ?? NOTHING;
  }

  /** The first message of a client, which has no type: its length, then the rest. */
  first(): Buffer | undefined {
    for (;;) {
      const buffer = this.#buffer;
      const length = buffer.length >= 4 ? buffer.readInt32BE(0) : Number.POSITIVE_INFINITY;
      if (buffer.length >= length) {
        this.#buffer = buffer.subarray(length);
        return buffer.subarray(0, length);
      }
      if (!this.#fill()) return undefined;
    }
  }

  /** Reads until the server closes: its process has ended and its locks are released. */
  readToEnd(): void {
    while (this.#fill()) this.#buffer = EMPTY;
  }

  close(): void {
    this.#end();
  }
}

/** Waits without a loop turn. */
export function pauseSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Whether a process exists and is not a zombie. */
export function processAlive(pid: number): boolean {
  try {
    real.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return process.platform !== 'linux'; // no /proc: kill said that it is there
  }
}

/** Whether a process has something to do, by what Linux says; elsewhere false: nobody knows. */
export function runs(pid: number): boolean {
  try {
    // The state stands after the name, which is in brackets: proc(5).
    return fs.readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.startsWith('R') === true;
  } catch {
    return false;
  }
}
