import type { ContainerEvent, Containers, State } from '../engine/containers.ts';
import type { ShortageCounts } from './shortage.ts';

/** Beside what the engine tells by itself: a look costs it milliseconds, with two dozen containers. */
const EVERY_MS = 1000;
const QUESTIONS_EVERY_MS = 1000;

interface Seen {
  state: State;
  /** In a look. */
  listed: boolean;
  readonly counts: ShortageCounts & {
    starts: number;
    kills: number;
    exits: number;
    answered: number;
    heldWhilePaused: number;
  };
  /** Starts and ends by the engine's word, and by what looks saw: a look misses what is over before it, the word may not come. */
  readonly told: Ends;
  readonly looked: Ends;
}

interface Ends {
  starts: number;
  exits: number;
}

/** Looks at the engine's list of the run's containers whenever the engine tells of a change, and now and then, and asks each its health question now and then. */
export class Watcher {
  readonly #containers: Containers;
  readonly #ask: (instance: string) => Promise<boolean>;
  readonly #seen = new Map<string, Seen>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #changed: ((instance: string, state: State) => void)[] = [];
  #looking: Promise<void> | undefined;
  #events: Disposable | undefined;
  #stopped = false;

  constructor(containers: Containers, ask: (instance: string) => Promise<boolean>) {
    this.#containers = containers;
    this.#ask = ask;
  }

  async start(): Promise<void> {
    const look = (): void => void this.look().catch(() => {}); // the engine may be busy: the next look tells
    this.#events = await this.#containers.onEvent((instance, what) => {
      this.#happened(instance, what);
      look();
    });
    if (this.#stopped) this.#events[Symbol.dispose]();
    this.#timers.push(
      setInterval(look, EVERY_MS),
      setInterval(() => this.#question(), QUESTIONS_EVERY_MS),
    );
  }

  stop(): void {
    this.#stopped = true;
    this.#events?.[Symbol.dispose]();
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
      seen = {
        state: 'exited',
        listed: false,
        counts: { ...counts, outOfMemory: 0, atMemoryLimit: 0, throttled: 0 },
        told: { starts: 0, exits: 0 },
        looked: { starts: 0, exits: 0 },
      };
      this.#seen.set(instance, seen);
    }
    return seen;
  }

  async #list(): Promise<void> {
    for (const { name, state } of await this.#containers.list()) {
      const seen = this.of(name);
      const first = !seen.listed;
      seen.listed = true;
      if (seen.state === state) continue;
      if (seen.state === 'exited') seen.looked.starts += 1;
      if (state === 'exited') seen.looked.exits += 1;
      // Nobody was told how it was started that is seen for the first time.
      if (first) seen.told.starts = seen.looked.starts;
      seen.state = state;
      count(seen);
      for (const tell of this.#changed) tell(name, state);
    }
  }

  #happened(instance: string, what: ContainerEvent): void {
    const seen = this.#seen.get(instance);
    if (seen?.listed !== true) return;
    if (what === 'start') seen.told.starts += 1;
    if (what === 'die') seen.told.exits += 1;
    count(seen);
  }

  #question(): void {
    for (const [instance, { counts }] of this.#seen)
      void this.#ask(instance).then((answered) => {
        if (answered) counts.answered += 1;
      });
  }
}

/** Neither way counts what did not happen, so that the greater number is nearer to the truth. */
function count({ counts, told, looked }: Seen): void {
  counts.starts = Math.max(told.starts, looked.starts);
  counts.exits = Math.max(told.exits, looked.exits);
}
