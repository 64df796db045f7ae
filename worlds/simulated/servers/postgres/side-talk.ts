import type { Session } from './session.ts';
import { SHOW_TIMEOUTS, readTimeouts } from './timeouts.ts';
import { SYNC, TYPE, columns, message } from './wire.ts';

const SHOW = message(TYPE.query, SHOW_TIMEOUTS);

/** Asks an idle session's own backend for its time-outs. */
export function refreshTimeouts(session: Session): void {
  // A setting made in a transaction may end with it: then they are read again.
  session.timeoutsStale = session.status !== 'I';
  session.connection.write(SHOW);
  const values: (string | null)[] = [];
  for (;;) {
    const reply = session.connection.next();
    if (reply === undefined || reply[0] === TYPE.ready) break;
    if (reply[0] === TYPE.dataRow) values.push(columns(reply)[0] ?? null);
    else if (reply[0] === TYPE.notification) session.out.push(reply);
  }
  session.timeouts = readTimeouts(values);
}

/** An idle listener was signalled before COMMIT answered; a Sync makes it say so now. */
export function pokeListener(session: Session): void {
  session.connection.write(SYNC);
  for (;;) {
    const reply = session.connection.next();
    if (reply === undefined) {
      session.closed = true;
      return;
    }
    if (reply[0] === TYPE.ready) return;
    if (reply[0] === TYPE.notification) session.out.push(reply);
  }
}
