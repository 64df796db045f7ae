/** Work that runs again and again, never twice at once, and says when it has stopped making progress. */
import type { Logger } from './logging.ts';

/** A loop of one kind of work. */
export class Periodic {
  readonly name: string;
  readonly #periodMs: number;
  readonly #work: () => Promise<unknown>;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #finishedAt = performance.now();

  /** @param periodMs from the beginning of one run to the beginning of the next */
  constructor(name: string, periodMs: number, log: Logger, work: () => Promise<unknown>) {
    this.name = name;
    this.#periodMs = periodMs;
    this.#log = log;
    this.#work = work;
  }

  /** Runs now and then each period. */
  start(): void {
    this.#finishedAt = performance.now();
    this.#timer = setInterval(() => void this.trigger(), this.#periodMs);
    void this.trigger();
  }

  /** Runs now, unless a run is under way, and waits for the end of the run. A failure is logged: the next run tries again. */
  trigger(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Milliseconds since the last run ended, failed runs included: a failing run is progress of the loop, not of its work. */
  idleMs(): number {
    return performance.now() - this.#finishedAt;
  }

  /** Says that no run has ended for `factor` periods; undefined: all is well. */
  stalled(factor: number): string | undefined {
    const idle = this.idleMs();
    return idle > factor * this.#periodMs
      ? `${this.name} has not run to its end for ${Math.round(idle / 1000)} s`
      : undefined;
  }

  /** No further runs; waits for the one under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.#work();
    } catch (error) {
      this.#log.error({ err: error, loop: this.name }, 'a run failed');
    } finally {
      this.#finishedAt = performance.now();
    }
  }
}
