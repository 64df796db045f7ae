import type { Life } from '../../../kernel/life.ts';
import type { SimEvent } from '../../../kernel/heap.ts';
import type { Simulation } from '../../../kernel/simulation.ts';
import type { SimSocket } from '../../../network/socket.ts';
import { TYPE, errorMessage } from '../wire.ts';
import { type Lsn, type Status, copyBoth, keepaliveMessage, readStart, readStatus, walMessage } from './messages.ts';
import { RealSender } from './real-sender.ts';

/** `wal_sender_timeout`, ms: a standby that says nothing for so long is let go. */
const SENDER_TIMEOUT_MS = 60_000;

export interface UpstreamOptions {
  readonly simulation: Simulation;
  readonly life: Life;
  readonly socketPath: string;
  /** The standby: the application_name of its connection. */
  readonly name: string;
  readonly socket: SimSocket;
  /** The end of what is flushed. */
  readonly flushed: () => Lsn;
  /** A status was passed on to the server: commits that waited for it have been released. */
  readonly acknowledged: (name: string, status: Status) => void;
  readonly ended: (upstream: Upstream) => void;
}

/** A primary's end of the stream to one standby: its own walsender here, the simulated network there. */
export class Upstream {
  readonly #options: UpstreamOptions;
  #sender: RealSender | undefined;
  #timer: SimEvent | undefined;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#heard();
  }

  /** A message of the standby. */
  received(bytes: Buffer): void {
    this.#heard();
    const status = readStatus(bytes);
    if (status !== undefined) this.#acknowledge(status);
    else if (bytes[0] === TYPE.query) this.#begin(bytes.toString('latin1', 5, bytes.length - 1));
  }

  #begin(query: string): void {
    const { socketPath, name, socket, flushed } = this.#options;
    const start = readStart(query);
    if (start === undefined) return;
    try {
      this.#sender = new RealSender(socketPath, name, start.from, start.timeline);
    } catch (error) {
      const M = (error as Error).message;
      socket.end(errorMessage({ S: 'FATAL', V: 'FATAL', C: '55000', M }));
      this.close();
      return;
    }
    socket.write(copyBoth());
    this.send(flushed());
  }

  #acknowledge(status: Status): void {
    const { name, socket, acknowledged } = this.#options;
    if (this.#sender === undefined) return;
    this.#sender.acknowledge(status);
    if (status.asks) socket.write(keepaliveMessage(this.#sender.position, false));
    acknowledged(name, status);
  }

  /** Sends the log up to `end`. */
  send(end: Lsn): void {
    const { simulation, socket } = this.#options;
    const wal = this.#sender?.read(end, BigInt(Math.round(simulation.now * 1000)));
    if (wal !== undefined) socket.write(walMessage(wal));
  }

  #heard(): void {
    const { simulation, life, socket } = this.#options;
    if (this.#timer !== undefined) this.#timer.cancelled = true;
    this.#timer = simulation.after(SENDER_TIMEOUT_MS, () => socket.destroy(), life);
  }

  close(): void {
    if (this.#timer !== undefined) this.#timer.cancelled = true;
    this.#sender?.close();
    this.#sender = undefined;
    this.#options.ended(this);
  }
}

/** What a server says to a standby that asks for the stream of a standby. */
export const NO_CASCADE = errorMessage({
  S: 'FATAL',
  V: 'FATAL',
  C: '55000',
  M: 'this server is a standby: the simulated world streams from primaries only',
});
