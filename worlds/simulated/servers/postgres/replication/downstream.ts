import net from 'node:net';
import type { SimEvent } from '../../../kernel/heap.ts';
import type { Life } from '../../../kernel/life.ts';
import type { Simulation } from '../../../kernel/simulation.ts';
import { TYPE, startupMessage } from '../wire.ts';
import { type Wal, readWal, startReplication, statusMessage } from './messages.ts';
import type { Member } from './member.ts';

/** `wal_retrieve_retry_interval`, ms. */
const RETRY_MS = 5000;
/** `wal_receiver_status_interval`, ms. */
const STATUS_MS = 10_000;
/** `wal_receiver_timeout`, ms: a primary that says nothing for so long is connected to anew. */
const RECEIVER_TIMEOUT_MS = 60_000;

export interface DownstreamOptions {
  readonly simulation: Simulation;
  readonly life: Life;
  readonly member: Member;
  /** Where its primary listens. */
  readonly primary: { readonly host: string; readonly port: number };
  /** Something was replayed: who waited for a lock of it may go on. */
  readonly replayed: () => void;
}

/** A standby's end of the stream: the simulated network here, its own walreceiver there. */
export class Downstream {
  readonly #options: DownstreamOptions;
  #socket: net.Socket | undefined;
  #heardAt = 0;
  #paused = false;
  /** `recovery_min_apply_delay`, ms. */
  #delayMs = 0;
  #due: SimEvent | undefined;
  #stopped = false;

  constructor(options: DownstreamOptions) {
    this.#options = options;
    this.#connect();
    this.#tick();
  }

  #connect(): void {
    const { simulation, life, member, primary } = this.#options;
    const socket = net.connect({ host: primary.host, port: primary.port });
    this.#socket = socket;
    this.#heardAt = simulation.now;
    let buffer: Buffer = Buffer.alloc(0);
    socket.on('connect', () => {
      socket.write(
        Buffer.concat([
          startupMessage([
            ['user', 'postgres'],
            ['replication', 'true'],
            ['application_name', member.name],
          ]),
          startReplication(member.received, member.timeline),
        ]),
      );
      this.#report(true);
    });
    socket.on('data', (chunk: Buffer) => {
      this.#heardAt = simulation.now;
      buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
      while (buffer.length >= 5 && buffer.length >= 1 + buffer.readInt32BE(1)) {
        const length = 1 + buffer.readInt32BE(1);
        const received = buffer.subarray(0, length);
        buffer = buffer.subarray(length);
        const wal = readWal(received);
        if (wal !== undefined) this.#arrived(wal);
        else if (received[0] === TYPE.error) socket.destroy();
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      simulation.after(RETRY_MS, () => (this.#stopped ? undefined : this.#connect()), life);
    });
  }

  /** Status at its interval; the primary is asked to answer, so that its silence is noticed. */
  #tick(): void {
    const { simulation, life } = this.#options;
    simulation.after(
      STATUS_MS,
      () => {
        if (this.#stopped) return;
        if (simulation.now - this.#heardAt >= RECEIVER_TIMEOUT_MS) this.#socket?.destroy();
        else this.#report(true);
        this.#tick();
      },
      life,
    );
  }

  #arrived(wal: Wal): void {
    const { member } = this.#options;
    if (wal.to <= member.received) return;
    member.received = wal.to;
    member.held.push(wal);
    this.#replay();
    this.#report(false);
  }

  /** Hands on what is due. What is held is flushed already, as far as anybody can see. */
  #replay(): void {
    const { simulation, life, member, replayed } = this.#options;
    const { held, receiver } = member;
    let done = 0;
    if (this.#due !== undefined) this.#due.cancelled = true;
    for (const wal of held) {
      const due = Number(wal.sentAt) / 1000 + this.#delayMs;
      // Microseconds are rounded: half of one decides nothing.
      if (this.#delayMs > 0 && due > simulation.now + 0.001) {
        this.#due = simulation.at(due, () => this.#replayLater(), life);
        break;
      }
      receiver?.deliver(wal, !this.#paused);
      simulation.record(`replayed ${member.name}`);
      done += 1;
    }
    held.splice(0, done);
    if (done > 0) replayed();
  }

  #replayLater(): void {
    if (this.#stopped) return;
    this.#replay();
    this.#report(false);
  }

  #report(asks: boolean): void {
    const { member } = this.#options;
    const { receiver } = member;
    if (this.#socket === undefined || this.#socket.connecting || receiver === undefined) return;
    this.#socket.write(statusMessage({ flushed: member.received, applied: receiver.applied, asks }));
  }

  /** After an administrator's statement: what the server has been told. */
  administered(paused: boolean, delayMs: number): void {
    const { receiver } = this.#options.member;
    const resumed = this.#paused && !paused;
    this.#paused = paused;
    this.#delayMs = delayMs;
    if (resumed) receiver?.catchUp();
    this.#replay();
    if (resumed) this.#options.replayed();
    this.#report(false);
  }

  /** All that has been received is handed on, whatever the delay: a promotion replays it. */
  finish(): void {
    const { member, simulation } = this.#options;
    for (const wal of member.held.splice(0)) member.receiver?.deliver(wal, false);
    simulation.record(`finish ${member.name}`);
    this.stop();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#due !== undefined) this.#due.cancelled = true;
    this.#socket?.destroy();
  }
}
