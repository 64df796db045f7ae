import type { Control } from '../control.ts';
import { signalServer } from '../server.ts';
import { pauseSync } from '../sync-connection.ts';

const LIMIT_MS = 5000;

/**
 * Stops the processes of a server that flush the log and log snapshots on timers of real time; what they do is not needed.
 * A server in recovery has no walwriter. Returns what lets them go on: DROP DATABASE waits for every process.
 */
export function stopBackground(control: Control): () => void {
  for (let waited = 0; waited < LIMIT_MS; waited += 1) {
    const found = control.query(
      `select pid, pg_is_in_recovery() from pg_stat_activity where backend_type in ('walwriter', 'background writer')`,
    );
    const inRecovery = found[0]?.[1] === 't';
    if (found.length >= (inRecovery ? 1 : 2)) {
      const pids = found.map(([pid]) => Number(pid));
      for (const pid of pids) signalServer(pid, 'SIGSTOP');
      return () => {
        for (const pid of pids) signalServer(pid, 'SIGCONT');
      };
    }
    pauseSync(1);
  }
  throw new Error('PostgreSQL has not started its background processes within 5 s');
}
