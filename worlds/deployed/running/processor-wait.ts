import { readFileSync } from 'node:fs';
import type { Ms } from '../../../contract/index.ts';

const NS = 1e6;

interface Reading {
  readonly at: Ms;
  /** Real time, ms. */
  readonly wall: number;
  /** Time that each process could run and waited for a processor, ms since it was started. */
  readonly waited: ReadonlyMap<string, number>;
}

/**
 * For how long processes have waited for a processor, as the kernel counts it for their first thread (a service's event loop):
 * what of a latency is the machine's and not the system's.
 */
export class ProcessorWait {
  readonly #readings: Reading[] = [];
  readonly #waitedOf: (pid: number) => number | undefined;

  /** @param waitedOf for how long a process has waited, ms since it was started; undefined: it cannot be read */
  constructor(waitedOf = delayOf) {
    this.#waitedOf = waitedOf;
  }

  /** Takes a reading. @param pids process ids on this machine, by instance; one that cannot be read is left out */
  read(at: Ms, pids: ReadonlyMap<string, number>, wall = performance.now()): void {
    const waited = new Map<string, number>();
    for (const [instance, pid] of pids) {
      const ms = this.#waitedOf(pid);
      if (ms !== undefined) waited.set(instance, ms);
    }
    this.#readings.push({ at, wall, waited });
  }

  /**
   * The greatest share of [from, to] that a process has waited, of these instances or of all. Undefined without two readings there.
   */
  share(from: Ms, to: Ms, instances?: readonly string[]): number | undefined {
    const within = this.#readings.filter(({ at }) => at >= from && at <= to);
    const [first, last] = [within[0], within.at(-1)];
    if (first === undefined || last === undefined || last.wall <= first.wall) return undefined;
    const shares = [...last.waited].flatMap(([instance, waited]) => {
      if (instances?.includes(instance) === false) return [];
      const before = first.waited.get(instance);
      // Started anew meanwhile: it counts from 0.
      return before === undefined || waited < before ? [] : [(waited - before) / (last.wall - first.wall)];
    });
    return shares.length === 0 ? undefined : Math.max(...shares);
  }
}

/** Second figure of the kernel's scheduling statistics. Undefined for a process that has ended or is on another machine. */
function delayOf(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / NS;
  } catch {
    return undefined;
  }
}
