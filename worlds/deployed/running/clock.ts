import { RunAborted } from '../../../contract/index.ts';
import type { Ms, WorldClock } from '../../../contract/index.ts';

/** The document's time of a run: real time since its start, times the speed. */
export class RunClock implements WorldClock {
  readonly speed: number;
  readonly #begun = performance.now();
  /** Wall clock of this machine at 0, ms of the epoch. */
  readonly #epoch = Date.now();
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;

  constructor(speed: number, signal: AbortSignal | undefined) {
    this.speed = speed;
    this.#signal = signal === undefined ? this.#over.signal : AbortSignal.any([signal, this.#over.signal]);
  }

  /** The run is over: whatever still sleeps in its name ends with RunAborted, and would reach into the next run otherwise. */
  end(): void {
    this.#over.abort();
  }

  now(): Ms {
    return (performance.now() - this.#begun) * this.speed;
  }

  sleep(duration: Ms): Promise<void> {
    const signal = this.#signal;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        clearTimeout(timer);
        reject(new RunAborted(this.#over.signal.aborted ? 'the run is over' : 'the run was interrupted'));
      };
      const timer = setTimeout(
        () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
        Math.max(0, duration) / this.speed,
      );
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** The run's instant of a reading of this machine's wall clock, ms of the epoch. */
  ofWall(wall: number): Ms {
    return (wall - this.#epoch) * this.speed;
  }

  /** Reading of this machine's wall clock at an instant of the run, ms of the epoch. */
  toWall(at: Ms): number {
    return this.#epoch + at / this.speed;
  }
}
