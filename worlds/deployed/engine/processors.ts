import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/**
 * The processors that this process may use, as the kernel lists them (`0`, `0,2-3`): those of its containers too, so that two
 * invocations share a machine by `taskset`. Undefined where that is all of them, or is not told.
 * @param status of `/proc/<pid>/status`
 * @param all how many the machine has
 */
export function ownProcessors(status = ownStatus(), all = cpus().length): string | undefined {
  const list = /^Cpus_allowed_list:\s+(\S+)/m.exec(status)?.[1];
  return list === undefined || list === (all === 1 ? '0' : `0-${all - 1}`) ? undefined : list;
}

function ownStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}
