import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import type { SimEvent } from './heap.ts';
import type { RandomStream } from './random.ts';
import type { WallClock } from './wall-clock.ts';

/** A machine in the simulated network. */
export interface Host {
  /** Instance name: `numbering-service-2`. */
  readonly name: string;
  readonly address: string;
  readonly zone: string;
  readonly region: string;
}

/** Something that dies with the process: a socket, a listening server. */
export interface Resource {
  destroyWithLife(): void;
}

/** How a life ended. */
export interface Exit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

/** What a life needs to start. */
export interface LifeOptions {
  readonly host: Host;
  readonly number: number;
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
  readonly startedAt: number;
  readonly clock: WallClock;
  readonly random: RandomStream;
  readonly entropy: RandomStream;
  /** A line written to stdout or stderr, or by the kernel about the process. */
  readonly log: (text: string) => void;
  readonly onEnd: (exit: Exit) => void;
}

/** One life of a simulated process, from `start` to its end. Events, timers and sockets of a dead life do nothing. */
export class Life {
  readonly options: LifeOptions;
  /** Set for good by `end`. */
  exit: Exit | undefined;
  paused = false;
  /** Events that came due while paused, in order. */
  readonly backlog: SimEvent[] = [];
  /** Referenced timers, sockets and servers: at 0 with nothing to run the process ends by itself, as in Node. */
  references = 0;
  /** The entry file has been evaluated. */
  booted = false;
  /** `process.on` of this process. */
  readonly signals = new EventEmitter().setMaxListeners(0);
  readonly resources = new Set<Resource>();
  readonly env: Record<string, string | undefined>;
  exitCode: number | undefined;
  /** Per-life copies of what packages keep for the whole process (undici's dispatcher, grpc's pool), by owner. */
  readonly slots = new Map<symbol, unknown>();
  #partialLine = '';

  constructor(options: LifeOptions) {
    this.options = options;
    this.env = { ...options.env };
  }

  get alive(): boolean {
    return this.exit === undefined;
  }

  get name(): string {
    return this.options.host.name;
  }

  /** stdout and stderr of the process, cut into lines. */
  write(text: string): void {
    if (!this.alive) return;
    const lines = (this.#partialLine + text).split('\n');
    this.#partialLine = lines.pop() ?? '';
    for (const line of lines) this.options.log(line);
  }

  /** Ends this life at this instant: what it holds is torn down, what it scheduled never runs. */
  end(exit: Exit): void {
    if (!this.alive) return;
    if (this.#partialLine !== '') this.write('\n');
    this.exit = exit;
    this.backlog.length = 0;
    for (const resource of this.resources) resource.destroyWithLife();
    this.resources.clear();
    this.options.onEnd(exit);
  }
}

const storage = new AsyncLocalStorage<Life | undefined>();

/** The life in whose name the running code runs; undefined: harness, network, servers. */
export const currentLife = (): Life | undefined => storage.getStore();

export const runInLife = <T>(life: Life | undefined, run: () => T): T => storage.run(life, run);
