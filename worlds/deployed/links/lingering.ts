import { readFileSync } from 'node:fs';

/** FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT and LAST_ACK, as the kernel numbers them: one side has ended, the other not yet. */
const HALF_CLOSED = new Set(['04', '05', '08', '09']);

/**
 * The connections of a container that wait for the end of the other side, each under a name of its own.
 * @param pid a process of the container, as this machine sees it; @param port of either end
 */
export function lingering(pid: number, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local = '', remote = '', state = ''] = line.trim().split(/\s+/);
        const fits = local.endsWith(`:${wanted}`) || remote.endsWith(`:${wanted}`);
        return fits && HALF_CLOSED.has(state) ? [`${local} ${remote}`] : [];
      }),
  );
}
