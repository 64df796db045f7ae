import { NOTHING, SyncConnection } from '../sync-connection.ts';
import { TYPE, fields, startupMessage } from '../wire.ts';
import {
  type Lsn,
  type Progress,
  type Wal,
  isCopyBoth,
  isKeepalive,
  readWal,
  startReplication,
  statusMessage,
} from './messages.ts';

/** A walsender of a running primary, to which this is the standby `name` (its application_name). */
export class RealSender {
  /** Up to where the log has been read. */
  position: Lsn;
  readonly #connection: SyncConnection;
  readonly #early: Buffer[] = [];
  #told: Progress = { flushed: 0n, applied: 0n };

  /** @throws Error with the server's words when it does not stream: it is a standby itself, or has no such log. */
  constructor(socketPath: string, name: string, from: Lsn, timeline: number) {
    this.position = from;
    this.#connection = new SyncConnection(socketPath);
    this.#connection.write(
      startupMessage([
        ['user', 'postgres'],
        ['replication', 'true'],
        ['application_name', name],
      ]),
    );
    this.#expect((reply) => reply[0] === TYPE.ready);
    this.#connection.write(startReplication(from, timeline));
    this.#expect(isCopyBoth);
  }

  #expect(fits: (reply: Buffer) => boolean): void {
    for (;;) {
      const reply = this.#next();
      if (fits(reply)) return;
      if (reply[0] !== TYPE.error) continue;
      this.#connection.close();
      throw new Error(fields(reply)['M'] ?? 'the walsender refused');
    }
  }

  #next(): Buffer {
    return this.#known(this.#connection.next());
  }

  /**
   * What it sends of a log that has been flushed. A walsender that looks at the log just before the flush and goes to sleep just
   * after it misses being woken, and sleeps for 10 s; a message of its standby wakes it in any case.
   */
  #flushed(): Buffer {
    const ready = this.#connection.poll();
    if (ready !== NOTHING) return this.#known(ready);
    this.#connection.write(statusMessage({ ...this.#told, asks: false }));
    return this.#next();
  }

  #known(reply: Buffer | undefined): Buffer {
    if (reply === undefined) throw new Error('the walsender has gone');
    return reply;
  }

  #take(reply: Buffer): void {
    const wal = readWal(reply);
    if (wal === undefined) return;
    if (wal.from !== this.position) throw new Error('the walsender left a gap');
    this.#early.push(wal.data);
    this.position = wal.to;
  }

  /** The log up to `end`, which has been flushed; undefined when nothing is new. */
  read(end: Lsn, sentAt: bigint): Wal | undefined {
    while (this.position < end) this.#take(this.#flushed());
    if (this.#early.length === 0) return undefined;
    const data = Buffer.concat(this.#early.splice(0));
    return { from: this.position - BigInt(data.length), to: this.position, data, sentAt };
  }

  /** Tells how far the standby is. On return the commits that waited for that have been released. */
  acknowledge(progress: Progress): void {
    this.#told = progress;
    this.#connection.write(statusMessage({ ...progress, asks: true }));
    for (;;) {
      const reply = this.#next();
      if (isKeepalive(reply)) return;
      this.#take(reply);
    }
  }

  close(): void {
    this.#connection.close();
  }
}
