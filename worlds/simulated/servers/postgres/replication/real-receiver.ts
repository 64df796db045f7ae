import { SyncConnection } from '../sync-connection.ts';
import type { Acceptor } from './acceptor.ts';
import {
  type Lsn,
  type Progress,
  type Wal,
  copyBoth,
  formatLsn,
  greeting,
  identity,
  keepaliveMessage,
  readStart,
  readStatus,
  walMessage,
} from './messages.ts';

/** What the real walreceiver is told about its primary. */
export interface Origin {
  readonly version: string;
  /** The system identifier: that of the template, so of all copies of it. */
  readonly system: string;
  readonly timeline: number;
}

/**
 * A running standby's own walreceiver, to which this is the primary: it is given WAL when that has arrived in virtual time,
 * and has flushed and replayed it before the call returns.
 */
export class RealReceiver implements Progress {
  /** Where the stream begins: the start of a segment, as PostgreSQL asks for it. */
  readonly start: Lsn;
  flushed: Lsn;
  applied: Lsn;
  readonly #connection: SyncConnection;
  /** Up to where it has been given the log. */
  #sent: Lsn;

  /** Takes the walreceiver's connection; the standby has been started. */
  constructor(acceptor: Acceptor, origin: Origin) {
    this.#connection = new SyncConnection(acceptor.accept());
    if (this.#connection.first() === undefined) throw new Error('the walreceiver left before it began');
    this.#connection.write(greeting(origin.version));
    for (;;) {
      const asked = this.#connection.next();
      if (asked === undefined) throw new Error('the walreceiver left while it began');
      const query = asked.toString('latin1', 5, asked.length - 1);
      const start = readStart(query);
      if (start !== undefined) {
        this.start = this.flushed = this.applied = this.#sent = start.from;
        break;
      }
      if (!query.startsWith('IDENTIFY_SYSTEM')) throw new Error(`the walreceiver asked for ${query}`);
      this.#connection.write(identity(origin.system, origin.timeline, 0n));
    }
    this.#connection.write(copyBoth());
    this.#settle(false);
  }

  get position(): Lsn {
    return this.#sent;
  }

  /** What is before `position` is on its disk already. */
  resumeAt(position: Lsn): void {
    this.#sent = position;
  }

  /** Gives a piece of the log. Returns when it is flushed and, unless replay is paused, replayed. */
  deliver(wal: Wal, replayed: boolean): void {
    if (wal.from !== this.#sent) {
      throw new Error(`the log has a gap: ${formatLsn(this.#sent)} was followed by ${formatLsn(wal.from)}`);
    }
    this.#connection.write(walMessage(wal));
    this.#sent = wal.to;
    this.#settle(replayed && wal.to > this.applied);
  }

  /**
   * Waits for the status that says so. The walreceiver sends one by itself when all has been replayed; without replay it has
   * to be asked.
   */
  #settle(replayed: boolean): void {
    if (!replayed) this.#connection.write(keepaliveMessage(this.#sent, true));
    for (;;) {
      const reply = this.#connection.next();
      if (reply === undefined) throw new Error('the walreceiver has gone');
      const status = readStatus(reply);
      if (status === undefined) continue; // feedback about its readers
      this.flushed = status.flushed;
      this.applied = status.applied;
      if (this.flushed >= this.#sent && (!replayed || this.applied >= this.#sent)) return;
      // It may have answered before it flushed, which it does next.
      if (!replayed) this.#connection.write(keepaliveMessage(this.#sent, true));
    }
  }

  /** After replay was resumed: it goes on to the end, asked until it says so. */
  catchUp(): void {
    this.#connection.write(keepaliveMessage(this.#sent, true));
    this.#settle(true);
  }

  close(): void {
    this.#connection.close();
  }
}
