/** Starts further pods while clients wait for database connections. */
import type { TaskRuntime } from '../supervisor/runtime.ts';
import type { AutoscalerConfig } from './config.ts';

/** What the pooler's exporter counts: the time that clients have waited for a server, all databases together. */
const WAITED = /^pgbouncer_stats_client_wait_seconds_total\{[^}]*\} (\S+)$/gm;

/** Seconds waited so far, of an exporter's text. */
export function waitedSeconds(text: string): number {
  return [...text.matchAll(WAITED)].reduce((sum, [, value]) => sum + Number(value), 0);
}

export type Options = Pick<AutoscalerConfig, 'TASKS' | 'LOOKS' | 'WAITED_MS'>;

export class Autoscaler {
  readonly #options: Options;
  readonly #runtime: TaskRuntime;
  readonly #readMetrics: () => Promise<string>;
  #last: number | undefined;
  #looksInARow = 0;

  constructor(options: Options, runtime: TaskRuntime, readMetrics: () => Promise<string>) {
    this.#options = options;
    this.#runtime = runtime;
    this.#readMetrics = readMetrics;
  }

  /** One look: after `LOOKS` in a row at which clients had waited, the next task that does not run is started. @returns its name */
  async look(): Promise<string | undefined> {
    const waited = waitedSeconds(await this.#readMetrics());
    const since = this.#last === undefined ? 0 : waited - this.#last;
    this.#last = waited;
    this.#looksInARow = since * 1000 >= this.#options.WAITED_MS ? this.#looksInARow + 1 : 0;
    if (this.#looksInARow < this.#options.LOOKS) return undefined;
    this.#looksInARow = 0;
    const tasks = await this.#runtime.tasks();
    const next = this.#options.TASKS.find((name) =>
      tasks.some((task) => task.name === name && task.state === 'exited'),
    );
    if (next !== undefined) await this.#runtime.restart(next);
    return next;
  }
}
