import type { ProgressEvent, RunResult } from '../../contract/index.ts';
import { failedResult } from '../run/failed-result.ts';
import { Child } from './child.ts';
import type { ChildSetup, Job } from './job.ts';

const MAIN = new URL('../child/main.ts', import.meta.url).pathname;

/** How jobs are shared among children, and what ends them; the limits are real time. */
export interface PoolOptions {
  readonly setup: ChildSetup;
  readonly workers: number;
  /** Real time that one run may take. */
  readonly wallLimitMs: number;
  /** Real time that a run past its limit is given to heal what it broke, before it is killed. Absent: none, there is nothing to heal. */
  readonly graceMs?: number;
  /** Begin no run after the first that did not pass. */
  readonly bail: boolean;
  readonly onEvent: (event: ProgressEvent) => void;
}

/** A worker's place: its child comes and goes, since one that was killed is replaced for the next run. */
interface Place {
  readonly index: number;
  child?: Child<Job, ProgressEvent>;
  job?: Job;
  phase: string;
  begunAt: number;
  timer?: NodeJS.Timeout;
}

/** Runs jobs in children, the longest first. Results come in the order of the jobs. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #queue: Job[];
  readonly #results = new Map<Job, RunResult>();
  readonly #jobs: readonly Job[];
  readonly #done = Promise.withResolvers<void>();
  readonly #places: readonly Place[];
  #interrupted = false;

  constructor(jobs: readonly Job[], options: PoolOptions) {
    this.#options = options;
    this.#jobs = jobs;
    this.#queue = [...jobs].toSorted((a, b) => b.expectedMs - a.expectedMs);
    const workers = Math.max(1, Math.min(options.workers, jobs.length));
    this.#places = Array.from({ length: workers }, (_, index) => ({ index, phase: 'start', begunAt: 0 }));
  }

  async run(): Promise<readonly RunResult[]> {
    for (const place of this.#places) this.#next(place);
    if (this.#jobs.length > 0) await this.#done.promise;
    return this.#jobs.flatMap((job) => this.#results.get(job) ?? []);
  }

  /** The first time: children heal, write and end. The second time they are killed. */
  interrupt(): void {
    const again = this.#interrupted;
    this.#interrupted = true;
    this.#queue.length = 0;
    for (const { child, job } of this.#places) {
      if (again) child?.kill();
      else if (job) child?.interrupt();
      else child?.finish();
    }
  }

  #next(place: Place): void {
    // Its exit brings the place here again.
    if (place.child?.full === true && this.#queue.length > 0) return place.child.finish();
    const job = this.#queue.shift();
    if (!job) {
      place.child?.finish();
      if (!place.child) this.#settle();
      return;
    }
    place.job = job;
    place.phase = 'start';
    place.begunAt = performance.now();
    place.child ??= this.#start(place);
    place.timer = setTimeout(() => this.#late(place), this.#options.wallLimitMs);
    place.child.give(job);
  }

  #late(place: Place): void {
    const { graceMs = 0 } = this.#options;
    if (graceMs === 0) return place.child?.kill();
    place.child?.interrupt();
    place.timer = setTimeout(() => place.child?.kill(), graceMs);
  }

  #start(place: Place): Child<Job, ProgressEvent> {
    return new Child({
      main: MAIN,
      index: place.index,
      setup: this.#options.setup,
      onEvent: (event) => this.#heard(place, event),
      onExit: (how) => this.#exited(place, how),
    });
  }

  #heard(place: Place, event: ProgressEvent): void {
    if (event.type === 'phase') place.phase = event.phase;
    if (event.type === 'result') this.#finished(place, this.#ownEnd(place, event.result));
    else this.#options.onEvent(event);
    if (event.type === 'result') this.#next(place);
  }

  /** What a run came to that healed because its time was up. */
  #ownEnd(place: Place, result: RunResult): RunResult {
    const { wallLimitMs } = this.#options;
    const late = performance.now() - place.begunAt >= wallLimitMs;
    if (result.verdict !== 'aborted' || !late || this.#interrupted) return result;
    const problem = `the run took longer than ${wallLimitMs / 1000} s of real time in phase ${place.phase} and was ended; --wall-limit allows more`;
    return { ...result, verdict: 'error', problem };
  }

  #exited(place: Place, how: string): void {
    delete place.child;
    if (place.job) {
      const wallMs = performance.now() - place.begunAt;
      const late = wallMs >= this.#options.wallLimitMs;
      const problem = late
        ? `the run took longer than ${this.#options.wallLimitMs / 1000} s of real time in phase ${place.phase} and was killed; --wall-limit allows more`
        : `the process of the run ended in phase ${place.phase}: ${how}`;
      const verdict = this.#interrupted ? 'aborted' : 'error';
      this.#finished(place, failedResult(place.job, this.#options.setup.world, place.phase, problem, wallMs, verdict));
    }
    if (this.#queue.length > 0) this.#next(place);
    else this.#settle();
  }

  #finished(place: Place, result: RunResult): void {
    clearTimeout(place.timer);
    if (place.job) this.#results.set(place.job, result);
    delete place.job;
    if (this.#options.bail && result.verdict !== 'pass') this.#queue.length = 0;
    this.#options.onEvent({ type: 'result', result });
  }

  #settle(): void {
    if (this.#places.every(({ child, job }) => child === undefined && job === undefined)) this.#done.resolve();
  }
}
