import { EventHeap, type SimEvent } from './heap.ts';
import { type Life, currentLife, runInLife } from './life.ts';
import { real } from './real.ts';
import { Trace } from './trace.ts';
import { type RandomStream, randomStream } from './random.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** ms since 1970 at virtual 0. */
  readonly epoch: number;
  /** Events at one instant before a spin at a frozen clock is reported. */
  readonly eventsPerInstant?: number;
  /** A run that passes this virtual instant (ms) is stopped. */
  readonly deadline?: number;
  readonly keepTrace?: boolean;
}

/** A limit of the simulation was passed; the message names the culprit. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
}

/** Thrown by `process.exit` in a simulated process: its life has ended before this is thrown. */
export class ProcessExit extends Error {
  override readonly name = 'ProcessExit';
}

/**
 * Real loop turns after each event. http2 over a socket that is not native goes through internal setImmediates that no
 * patch reaches: it needs three (prototypes/simulation, section 11).
 */
const DRAIN_TURNS = 4;

/** The scheduler: one heap, one clock, one event at a time. */
export class Simulation {
  readonly seed: number;
  readonly epoch: number;
  readonly trace: Trace;
  /** Why the run cannot go on; the driver has stopped. */
  failure: Error | undefined;
  events = 0;
  #now = 0;
  #sequence = 0;
  readonly #heap = new EventHeap();
  #running = false;
  #frozen = 0;
  #thisInstant = 0;
  #eventLife: Life | undefined;
  readonly #limit: number;
  readonly #deadline: number;
  readonly #onFailure = Promise.withResolvers<never>();

  constructor(options: SimulationOptions) {
    this.seed = options.seed;
    this.epoch = options.epoch;
    this.trace = new Trace(options.keepTrace ?? false);
    this.#limit = options.eventsPerInstant ?? 100_000;
    this.#deadline = options.deadline ?? Number.POSITIVE_INFINITY;
    this.#onFailure.promise.catch(() => {});
  }

  /** Virtual ms since the start; fractional. */
  get now(): number {
    return this.#now;
  }

  /** Rejects when the simulation fails: race what waits on virtual time against it. */
  get failed(): Promise<never> {
    return this.#onFailure.promise;
  }

  random(name: string): RandomStream {
    return randomStream(this.seed, name);
  }

  /** Adds a semantic event to the trace. `detail`: for people who read it; the hash does not know it. */
  record(what: string, detail?: string): void {
    this.trace.add(this.#now, what, detail);
  }

  /** Schedules `run` at virtual instant `at` (not before now), in the name of `life`. */
  at(at: number, run: () => void, life: Life | undefined = currentLife()): SimEvent {
    const event = { at: Math.max(at, this.#now), sequence: (this.#sequence += 1), run, life, cancelled: false };
    if (life?.alive ?? true) this.#heap.push(event);
    return event;
  }

  after(delay: number, run: () => void, life: Life | undefined = currentLife()): SimEvent {
    return this.at(this.#now + Math.max(0, delay), run, life);
  }

  /** Virtual time stands still until the returned function is called: for loading modules, which takes real loop turns. */
  freeze(): () => void {
    this.#frozen += 1;
    let open = true;
    return () => {
      if (open) this.#frozen -= 1;
      open = false;
    };
  }

  /** Puts what came due while the life was paused back on the heap, now. */
  release(life: Life): void {
    for (const event of life.backlog.splice(0)) {
      event.at = this.#now;
      event.sequence = this.#sequence += 1;
      this.#heap.push(event);
    }
  }

  /** Starts the driver: it runs until `stop`, in real loop turns between which the caller's promises settle. */
  start(): void {
    this.#running = true;
    real.setImmediate(this.#turn);
  }

  stop(): void {
    this.#running = false;
  }

  /** False from the end of the run on: what dies then was not killed by a fault. */
  get running(): boolean {
    return this.#running;
  }

  fail(error: Error): void {
    this.failure ??= error;
    this.#running = false;
    this.#onFailure.reject(this.failure);
  }

  /** An exception or rejection that nobody handled: the process whose event is being run crashes; the world's own is a failure. */
  uncaught(error: unknown): void {
    if (error instanceof ProcessExit) return;
    const life = currentLife() ?? this.#eventLife;
    if (life === undefined) {
      this.fail(error instanceof Error ? error : new SimulationError(`uncaught in the simulation: ${String(error)}`));
      return;
    }
    if (!life.alive) return;
    if (life.signals.emit('uncaughtException', error)) return;
    const said = error instanceof Error ? (error.stack ?? error.message) : `Uncaught ${String(error)}`;
    // As Node takes its leave: by its last line a crash is told from an exit.
    life.write(`${said}\n\nNode.js ${process.version}\n`);
    life.end({ code: 1, signal: undefined });
  }

  readonly #turn = (): void => {
    if (!this.#running) return;
    if (this.#frozen > 0) {
      real.setImmediate(this.#turn);
      return;
    }
    this.#settle();
    const event = this.#next();
    if (event === undefined) {
      this.fail(new SimulationError(`deadlock at ${this.#now} ms: nothing is scheduled and the run has not ended`));
      return;
    }
    this.#run(event);
    this.#drain(DRAIN_TURNS);
  };

  #drain(turns: number): void {
    if (turns <= 1) real.setImmediate(this.#turn);
    else real.setImmediate(() => this.#drain(turns - 1));
  }

  #next(): SimEvent | undefined {
    for (;;) {
      const event = this.#heap.pop();
      if (event === undefined) return undefined;
      const { life } = event;
      if (event.cancelled || life?.alive === false) continue;
      if (life?.paused) life.backlog.push(event);
      else return event;
    }
  }

  #run(event: SimEvent): void {
    if (event.at === this.#now) this.#thisInstant += 1;
    else this.#thisInstant = 0;
    this.#now = event.at;
    this.#eventLife = event.life;
    this.events += 1;
    if (this.#thisInstant > this.#limit) {
      const who = event.life?.name ?? 'the world';
      this.fail(
        new SimulationError(`${who} spins: more than ${this.#limit} events at ${this.#now} ms of a frozen clock`),
      );
      return;
    }
    if (this.#now > this.#deadline) {
      this.fail(new SimulationError(`virtual deadline of ${this.#deadline} ms passed`));
      return;
    }
    try {
      runInLife(event.life, event.run);
    } catch (error) {
      runInLife(event.life, () => this.uncaught(error));
    }
  }

  /**
   * After an event: `process.exitCode` cannot be redefined, so what the process has set is taken over here; and a process
   * that has nothing left to wait for ends by itself with its exit code, as Node does.
   */
  #settle(): void {
    const life = this.#eventLife;
    if (life === undefined) return;
    if (process.exitCode !== undefined) {
      life.exitCode = Number(process.exitCode);
      process.exitCode = undefined;
    }
    if (life.alive && life.booted && life.references <= 0) life.end({ code: life.exitCode ?? 0, signal: undefined });
  }
}

let current: Simulation | undefined;

/** The simulation that owns the patched clock and sockets; undefined between runs: then the real ones answer. */
export const currentSimulation = (): Simulation | undefined => current;

/** Makes `simulation` the owner. Timers of packages that outlive a run bind to whichever owns at that moment. */
export function setCurrentSimulation(simulation: Simulation | undefined): void {
  current = simulation;
}
