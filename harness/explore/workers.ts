import { Child } from '../parent/child.ts';
import type { CaseJob, CaseOutcome, WorkerSetup } from './worker-job.ts';

const MAIN = new URL('worker.ts', import.meta.url).pathname;

export interface WorkersOptions {
  readonly setup: WorkerSetup;
  readonly jobs: number;
  /** Real time that one case may take; then its worker is killed, and that is the case's outcome. */
  readonly wallLimitMs: number;
}

interface Waiting {
  readonly job: CaseJob;
  readonly resolve: (outcome: CaseOutcome) => void;
}

interface Place {
  readonly index: number;
  child?: Child<CaseJob, CaseOutcome>;
  doing?: Waiting;
  /** Kills the worker when the case takes too long. */
  timer?: NodeJS.Timeout;
  late?: boolean;
}

/** Processes that run cases, as many at a time as there are jobs. One that holds much memory is replaced by a fresh one. */
export class Workers implements AsyncDisposable {
  readonly #options: WorkersOptions;
  readonly #queue: Waiting[] = [];
  readonly #places: readonly Place[];
  readonly #ending = new Set<Promise<void>>();
  /** Greatest memory that any worker held after a run, MB. */
  memoryMb = 0;
  /** How many were replaced. */
  recycled = 0;
  #interrupted = false;

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.jobs }, (_, index) => ({ index }));
  }

  get jobs(): number {
    return this.#places.length;
  }

  /** Runs one case when a worker is free. Never rejects: a worker that died is the outcome's `problem`. */
  run(job: CaseJob): Promise<CaseOutcome> {
    return new Promise((resolve) => {
      this.#queue.push({ job, resolve });
      this.#dispatch();
    });
  }

  /** What has not been begun is dropped, as aborted; what runs is broken off. */
  interrupt(): void {
    this.#interrupted = true;
    for (const { resolve } of this.#queue.splice(0)) resolve(lost('interrupted', true));
    for (const { child } of this.#places) child?.interrupt();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const place of this.#places) {
      if (place.doing === undefined) place.child?.finish();
      else place.child?.kill();
    }
    await Promise.all(this.#ending);
  }

  #dispatch(): void {
    for (const place of this.#places) {
      if (place.doing !== undefined) continue;
      const next = this.#queue.shift();
      if (next === undefined) return;
      place.doing = next;
      place.late = false;
      place.child ??= this.#start(place);
      place.timer = setTimeout(() => {
        place.late = true;
        place.child?.kill();
      }, this.#options.wallLimitMs);
      place.child.give(next.job);
    }
  }

  #start(place: Place): Child<CaseJob, CaseOutcome> {
    const ended = Promise.withResolvers<void>();
    this.#ending.add(ended.promise);
    const child: Child<CaseJob, CaseOutcome> = new Child({
      main: MAIN,
      index: place.index,
      setup: this.#options.setup,
      onEvent: (outcome) => this.#done(place, outcome),
      onExit: (how) => {
        ended.resolve();
        this.#ending.delete(ended.promise);
        // A worker that was replaced ends in its own time.
        if (place.child === child) this.#exited(place, how);
      },
    });
    return child;
  }

  #done(place: Place, outcome: CaseOutcome): void {
    clearTimeout(place.timer);
    const { doing } = place;
    delete place.doing;
    this.memoryMb = Math.max(this.memoryMb, Math.round(place.child?.memoryMb ?? 0));
    if (place.child?.full === true) {
      place.child.finish();
      delete place.child;
      this.recycled += 1;
    }
    doing?.resolve(outcome);
    this.#dispatch();
  }

  #exited(place: Place, how: string): void {
    clearTimeout(place.timer);
    delete place.child;
    const { doing, late } = place;
    delete place.doing;
    const what =
      late === true
        ? `took longer than ${this.#options.wallLimitMs / 1000} s of real time`
        : `its process ended: ${how}`;
    doing?.resolve(lost(what, this.#interrupted));
    if (!this.#interrupted) this.#dispatch();
  }
}

function lost(problem: string, aborted: boolean): CaseOutcome {
  return {
    failures: [],
    problem,
    aborted,
    hash: '',
    operations: 0,
    faults: [],
    reached: [],
    virtualMs: 0,
    wallMs: 0,
    log: [],
  };
}
