import { RunAborted } from '../../contract/index.ts';
import type { Ms, WorldClock } from '../../contract/index.ts';

interface Sleeper {
  readonly at: Ms;
  readonly order: number;
  wake(): void;
  reject(error: Error): void;
}

/** A clock that goes to the next sleeper as soon as nothing else can run: deterministic, and as fast as the machine. */
export class VirtualClock implements WorldClock {
  readonly speed = 1;
  #now: Ms = 0;
  #order = 0;
  #sleepers: Sleeper[] = [];
  #pumping = false;

  now(): Ms {
    return this.#now;
  }

  sleep(duration: Ms): Promise<void> {
    return new Promise((wake, reject) => {
      this.#sleepers.push({ at: this.#now + duration, order: (this.#order += 1), wake, reject });
      if (!this.#pumping) void this.#pump();
    });
  }

  /** Ends every sleep with RunAborted. */
  abort(): void {
    for (const sleeper of this.#sleepers.splice(0)) sleeper.reject(new RunAborted('the run was interrupted'));
  }

  /** Forgets every sleeper. */
  stop(): void {
    this.#sleepers = [];
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.#sleepers.toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
      if (next === undefined) break;
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1);
      this.#now = next.at;
      next.wake();
    }
    this.#pumping = false;
  }
}
