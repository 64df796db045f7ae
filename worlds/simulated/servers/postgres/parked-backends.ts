import type { SyncConnection } from './sync-connection.ts';
import { TYPE, message } from './wire.ts';

/** What a backend that nobody uses calls itself; `pg_stat_activity` does not show it (virtual-time.ts). */
export const PARKED_NAME = 'faultline parked';

/** Of one kind; beyond them a backend ends with its client. */
const KEPT_AT_MOST = 24;

const query = (text: string): Buffer => message(TYPE.query, text);
const ROLLBACK = query('rollback');
const FORGET = [query('discard all'), query(`set application_name = '${PARKED_NAME}'`)];
const WAKE = query('reset application_name');

interface Parked {
  readonly connection: SyncConnection;
  /** What the server answered to the first message of its first client. */
  readonly greeting: Buffer;
}

/**
 * Backends whose client has gone, for the next client that begins with the same message. `DISCARD ALL` leaves nothing of the one to the
 * other (https://www.postgresql.org/docs/18/sql-discard.html); a fork and its empty caches take thirty times as long as a statement.
 */
export class ParkedBackends {
  readonly #parked = new Map<string, Parked[]>();

  /** A connection on which the server has just answered `startup`, by all that can be seen. Undefined: there is none. */
  take(startup: Buffer): SyncConnection | undefined {
    const kind = this.#parked.get(startup.toString('latin1'));
    for (let parked = kind?.pop(); parked !== undefined; parked = kind?.pop()) {
      const { connection, greeting } = parked;
      if (done(connection, WAKE)) {
        connection.unread(greeting);
        return connection;
      }
      connection.close(); // somebody has ended it
    }
    return undefined;
  }

  /** Ends what the client has left: its transaction, its locks, its settings. False: the backend cannot be kept, and still has all of it. */
  park(startup: Buffer, greeting: Buffer, connection: SyncConnection, inTransaction: boolean): boolean {
    const key = startup.toString('latin1');
    const kind = this.#parked.get(key) ?? [];
    if (kind.length >= KEPT_AT_MOST) return false;
    if (inTransaction && !done(connection, ROLLBACK)) return false;
    if (!FORGET.every((each) => done(connection, each))) return false;
    kind.push({ connection, greeting });
    this.#parked.set(key, kind);
    return true;
  }

  /** The server has ended or answers its clients in another way from now on. */
  clear(): void {
    for (const { connection } of [...this.#parked.values()].flat()) connection.close();
    this.#parked.clear();
  }
}

/** Whether the server has done it; its answers are nobody's. */
function done(connection: SyncConnection, request: Buffer): boolean {
  if (!connection.write(request)) return false;
  for (;;) {
    const reply = connection.next();
    if (reply === undefined || reply[0] === TYPE.error) return false;
    if (reply[0] === TYPE.ready) return true;
  }
}
