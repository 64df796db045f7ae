import { NOTHING, type SyncConnection, pauseSync, runs } from '../sync-connection.ts';
import type { Replication } from './replication.ts';

/** In the place of a reply: the commit waits for a standby. */
export const WAITS_FOR_STANDBY = Buffer.from('standby');
/** Real time. */
const YIELD_MS = 0.02;

/** A wait for a standby is not reported on the connection: while nothing comes and the backend sleeps, the server is asked. */
export function replyOrWait(connection: SyncConnection, pid: number, replication: Replication): Buffer | undefined {
  for (;;) {
    const reply = connection.poll();
    if (reply !== NOTHING) return reply;
    // It may have the same processor: asking before it sleeps would only keep it from its work.
    if (runs(pid)) pauseSync(YIELD_MS);
    else if (replication.waits(pid)) return WAITS_FOR_STANDBY;
  }
}
