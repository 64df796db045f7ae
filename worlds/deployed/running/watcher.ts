import type { Containers, State } from '../engine/containers.ts';
import type { ShortageCounts } from './shortage.ts';

const EVERY_MS = 150;
const QUESTIONS_EVERY_MS = 1000;

interface Seen {
  state: State;
  readonly counts: ShortageCounts & {
    starts: number;
    kills: number;
    exits: number;
    answered: number;
    heldWhilePaused: number;
  };
}

/** Looks at the engine's list of the run's containers all the time, and asks each its health question now and then. */
export class Watcher {
  readonly #containers: Containers;
  readonly #ask: (instance: string) => Promise<boolean>;
  readonly #seen = new Map<string, Seen>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #changed: ((instance: string, state: State) => void)[] = [];
  #looking: Promise<void> | undefined;

  constructor(containers: Containers, ask: (instance: string) => Promise<boolean>) {
    this.#containers = containers;
    this.#ask = ask;
  }

  start(): void {
    this.#timers.push(
      setInterval(() => void this.look().catch(() => {}), EVERY_MS), // the engine may be busy: the next look tells
      setInterval(() => this.#question(), QUESTIONS_EVERY_MS),
    );
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** Told of each change of a state that is seen. */
  onChange(listener: (instance: string, state: State) => void): void {
    this.#changed.push(listener);
  }

  /** One look, begun after this call. */
  async look(): Promise<void> {
    await this.#looking?.catch(() => {});
    await (this.#looking ??= this.#list().finally(() => {
      this.#looking = undefined;
    }));
  }

  of(instance: string): Seen {
    let seen = this.#seen.get(instance);
    if (seen === undefined) {
      const counts = { starts: 0, kills: 0, exits: 0, answered: 0, heldWhilePaused: 0 };
      seen = { state: 'exited', counts: { ...counts, outOfMemory: 0, atMemoryLimit: 0, throttled: 0 } };
      this.#seen.set(instance, seen);
    }
    return seen;
  }

  async #list(): Promise<void> {
    for (const { name, state } of await this.#containers.list()) {
      const seen = this.of(name);
      if (seen.state === state) continue;
      if (seen.state === 'exited') seen.counts.starts += 1;
      if (state === 'exited') seen.counts.exits += 1;
      seen.state = state;
      for (const tell of this.#changed) tell(name, state);
    }
  }

  #question(): void {
    for (const [instance, { counts }] of this.#seen)
      void this.#ask(instance).then((answered) => {
        if (answered) counts.answered += 1;
      });
  }
}
