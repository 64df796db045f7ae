import { type Exit, type Host, Life, runInLife } from './life.ts';
import { importEntry } from './modules.ts';
import type { Simulation } from './simulation.ts';
import type { WallClock } from './wall-clock.ts';

/** What runs in a simulated process: an entry file, as `node <entry>` would, or a server of the simulation. */
export type Program =
  | { readonly kind: 'entry'; readonly file: string }
  | { readonly kind: 'builtin'; readonly start: (life: Life) => void };

export interface ProcessOptions {
  readonly host: Host;
  readonly program: Program;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: WallClock;
  /** A line of its output, or about it. */
  readonly log: (text: string) => void;
  /** Between SIGTERM and SIGKILL, ms. */
  readonly graceMs: number;
}

export interface ProcessCounts {
  starts: number;
  kills: number;
  exits: number;
  heldWhilePaused: number;
}

/** A simulated process: a place on a host where lives follow each other. */
export class SimProcess {
  readonly options: ProcessOptions;
  readonly counts: ProcessCounts = { starts: 0, kills: 0, exits: 0, heldWhilePaused: 0 };
  life: Life | undefined;
  /** What it runs on is being made anew: `start` does nothing until whoever makes it is done. */
  beingMade = false;
  readonly #simulation: Simulation;
  readonly #onExit = new Set<(exit: Exit) => void>();

  constructor(simulation: Simulation, options: ProcessOptions) {
    this.#simulation = simulation;
    this.options = options;
  }

  get name(): string {
    return this.options.host.name;
  }

  get state(): 'running' | 'paused' | 'exited' {
    if (this.life?.alive !== true) return 'exited';
    return this.life.paused ? 'paused' : 'running';
  }

  /** Called at the end of each life. */
  onExit(listener: (exit: Exit) => void): void {
    this.#onExit.add(listener);
  }

  /** Starts a new life; a no-op while one is running or what it runs on is being made. */
  start(): void {
    if (this.life?.alive || this.beingMade) return;
    const simulation = this.#simulation;
    const { host, clock, env, log, program } = this.options;
    this.counts.starts += 1;
    const number = this.counts.starts;
    const life = new Life({
      host,
      number,
      // Real pids differ from run to run; these are as unique and do not.
      pid: 1000 + Number(host.address.split('.').at(-1)) * 100 + number,
      env,
      argv: ['node', program.kind === 'entry' ? program.file : program.kind],
      startedAt: simulation.now,
      clock,
      random: simulation.random(`random:${host.name}:${number}`),
      entropy: simulation.random(`entropy:${host.name}:${number}`),
      log,
      onEnd: (exit) => this.#ended(exit),
    });
    this.life = life;
    simulation.record(`start ${host.name} ${number}`);
    simulation.after(0, () => this.#boot(life), life);
  }

  #boot(life: Life): void {
    const { program } = this.options;
    if (program.kind === 'builtin') {
      life.references += 1;
      program.start(life);
      life.booted = true;
      return;
    }
    const thaw = this.#simulation.freeze();
    importEntry(program.file, thaw).then(
      () => {
        life.booted = true;
      },
      (error: unknown) => {
        thaw();
        runInLife(life, () => this.#simulation.uncaught(error));
      },
    );
  }

  #ended(exit: Exit): void {
    this.counts.exits += 1;
    const how = exit.signal === undefined ? `code ${exit.code}` : exit.signal;
    this.#simulation.record(`exit ${this.name} ${how}`);
    for (const listener of this.#onExit) listener(exit);
  }

  /** SIGKILL at this instant. */
  kill(): void {
    if (this.life?.alive !== true) return;
    this.counts.kills += 1;
    this.life.end({ code: undefined, signal: 'SIGKILL' });
  }

  /** SIGTERM, SIGKILL after the grace. `ended` is called when the process is gone. */
  terminate(ended: () => void): void {
    const { life } = this;
    if (life?.alive !== true) return ended();
    const once = (): void => {
      this.#onExit.delete(once);
      ended();
    };
    this.#onExit.add(once);
    this.#simulation.record(`terminate ${this.name}`);
    this.#simulation.after(
      0,
      () => {
        if (!life.signals.emit('SIGTERM', 'SIGTERM', 15)) life.end({ code: undefined, signal: 'SIGTERM' });
      },
      life,
    );
    this.#simulation.after(this.options.graceMs, () => (this.life === life ? this.kill() : undefined), undefined);
    return undefined;
  }

  /** SIGSTOP. */
  pause(): void {
    if (this.life?.alive !== true || this.life.paused) return;
    this.#simulation.record(`pause ${this.name}`);
    this.life.paused = true;
  }

  /** SIGCONT: what came due meanwhile runs now, in order. */
  resume(): void {
    const { life } = this;
    if (life?.paused !== true || !life.alive) return;
    this.#simulation.record(`resume ${this.name}`);
    this.counts.heldWhilePaused += life.backlog.length;
    life.paused = false;
    this.#simulation.release(life);
  }

  /** Events that came due while it was stopped, now and before. */
  get held(): number {
    return this.counts.heldWhilePaused + (this.life?.paused ? this.life.backlog.length : 0);
  }
}
