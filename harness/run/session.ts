import type { Catalogue, Row } from '../../catalogue/index.ts';
import { RunAborted } from '../../contract/index.ts';
import type {
  AlertChange,
  Evidence,
  Instants,
  Invariant,
  LogChecker,
  LineResult,
  Load,
  Ms,
  Mutation,
  Observation,
  Probe,
  RunPlan,
  Running,
  Sabotage,
  ScenarioBody,
  Stage,
  SystemModel,
} from '../../contract/index.ts';
import { judgedLines, judgedNever } from '../judge/judged.ts';
import type { JudgedLine } from '../judge/judged.ts';
import { RecordedHistory } from './history.ts';
import { Pollers } from './pollers.ts';
import { randomStream } from './random.ts';

/** All that one run of a row needs, loaded and chosen. */
export interface RunSubject {
  readonly row: Row;
  readonly catalogue: Pick<Catalogue, 'invariants'>;
  /** Key of the run: `A`. */
  readonly run: string;
  readonly body: ScenarioBody;
  readonly plan: RunPlan;
  readonly model: SystemModel;
  readonly invariants: readonly Invariant[];
  /** Judges what the services logged. */
  readonly logPatterns: LogChecker;
  readonly seed: number;
  readonly sabotage?: Sabotage;
  readonly mutation?: Mutation;
  /** An alert at which the run is given up: what was broken is healed. */
  readonly abortOn?: string;
}

/** Told what happens while it happens. */
export interface Witnessing {
  phase(phase: string, at: Ms, waitingFor?: string, deadline?: Ms): void;
  line(line: LineResult): void;
}

/** A run that passed the instant at which it should have ended long ago. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The state of a run, shared by its phases. */
export class Session {
  readonly subject: RunSubject;
  readonly running: Running;
  readonly history: RecordedHistory;
  readonly pollers: Pollers;
  readonly instants: Mutable<Instants> = {};
  readonly results: LineResult[] = [];
  readonly polled: Record<string, Observation[]> = {};
  readonly stage: Stage;
  finalState: Evidence['finalState'] = {};
  /** What went wrong with the run itself: makes its verdict `error`. */
  problem: string | undefined;
  phase = 'start';
  /** The injection was begun: at the same instant as it was complete, where time is virtual. */
  injecting: Ms | undefined;
  /** The fault began to be lifted: at the same instant as it was gone, where time is virtual and nothing has to start anew. */
  lifting: Ms | undefined;
  /** The operator's step after detection has ended. */
  operatorDone = false;
  /** Work begun beside the phases: activities and operator steps. */
  readonly background: Promise<void>[] = [];
  #alerts: readonly AlertChange[] = [];
  readonly #watching: Witnessing;
  readonly #deadline: Ms;
  readonly #signal: AbortSignal;
  #load: Load | undefined;
  #loadEnded = false;

  constructor(subject: RunSubject, running: Running, watching: Witnessing, signal: AbortSignal, deadline: Ms) {
    this.subject = subject;
    this.running = running;
    this.history = new RecordedHistory(running.clock);
    this.#watching = watching;
    this.#deadline = deadline;
    this.#signal = signal;
    const loadNow = (): Load => {
      if (this.#load === undefined) throw new Error('the load has not been started');
      return this.#load;
    };
    this.stage = {
      running,
      history: this.history,
      random: (stream) => randomStream(subject.seed, stream),
      instants: this.instants,
      signal,
      faultStays: subject.mutation === 'no-heal',
      get load() {
        return loadNow();
      },
    };
    this.pollers = new Pollers(this.stage, this.polled);
  }

  set load(load: Load) {
    this.#load = load;
  }

  /** Ends the load, where one was started; once. */
  async endLoad(): Promise<void> {
    const load = this.#load;
    if (load === undefined || this.#loadEnded) return;
    this.#loadEnded = true;
    await load[Symbol.asyncDispose]();
  }

  /** The lines of the recovery or mitigation that this run judges. */
  lines(part: 'mitigation' | 'recovery'): readonly JudgedLine[] {
    const { row, body, plan } = this.subject;
    return judgedLines(part, row, body, plan);
  }

  /** Their probes. */
  probes(part: 'mitigation' | 'recovery'): readonly Probe[] {
    return this.lines(part).flatMap(({ probe }) => (probe === undefined ? [] : [probe]));
  }

  /** The lines that are judged in the recovery phase: its own, and those of the mitigation that count from cleared. */
  get linesAfterCleared(): readonly JudgedLine[] {
    return [...this.lines('recovery'), ...this.lines('mitigation').filter(({ line }) => line.from === 'cleared')];
  }

  /** The `never` probes that this run judges, with their indices. */
  get never(): readonly (readonly [index: number, probe: Probe])[] {
    return judgedNever(this.subject.body, this.subject.plan);
  }

  /** The row's alert must not fire in this run. */
  get silent(): boolean {
    return this.subject.plan.judges?.detection === 'silent';
  }

  /** The steady-state probes with their indices, without those that a sabotage cannot leave true. */
  get steadyState(): readonly (readonly [index: number, probe: Probe])[] {
    const { body, sabotage } = this.subject;
    const left = sabotage?.kind === 'safeguard-off' ? (sabotage.steadyWithout ?? []) : [];
    return [...body.steadyState.entries()].filter(([index]) => !left.includes(index));
  }

  get now(): Ms {
    return this.running.clock.now();
  }

  /** Since the start. Where the world cannot tell any more, which is then the run's problem: those that were known before. */
  get alerts(): readonly AlertChange[] {
    try {
      this.#alerts = this.running.alerts();
    } catch (error) {
      if (this.problem === undefined) throw error;
    }
    return this.#alerts;
  }

  evidence(): Evidence {
    const { mayLose } = this.subject.body;
    const { injected } = this.instants;
    return {
      operations: this.history.operations,
      alerts: this.alerts,
      instants: this.instants,
      polled: this.polled,
      finalState: this.finalState,
      ...(mayLose === undefined || injected === undefined
        ? {}
        : { mayLose: { operations: mayLose, from: this.injecting ?? injected, to: injected } }),
    };
  }

  observe(probe: Probe, from: Ms, to: Ms): Promise<readonly Observation[]> {
    return probe.observe(this.evidence(), this.running, from, to);
  }

  enter(phase: string, waitingFor?: string, deadline?: Ms): void {
    this.phase = phase;
    this.#watching.phase(phase, this.now, waitingFor, deadline);
  }

  record(line: LineResult): void {
    this.results.push(line);
    this.#watching.line(line);
  }

  /** Sleeps on the run's clock; rejects when the run is aborted or passes its deadline. */
  async sleep(duration: Ms): Promise<void> {
    this.#check();
    await this.running.clock.sleep(duration);
    this.#check();
  }

  /** Waits until `done`, looking every `every` ms; false when `deadline` came first. */
  async until(done: () => boolean | Promise<boolean>, every: Ms, deadline: Ms): Promise<boolean> {
    for (;;) {
      if (await done()) return true;
      if (this.now >= deadline) return false;
      await this.sleep(Math.min(every, deadline - this.now));
    }
  }

  /** Starts work beside the phases; its failure makes the run an error, unless the run is being aborted. */
  beside(title: string, work: () => Promise<void>): Promise<void> {
    const task = work().catch((error: unknown) => {
      if (!(error instanceof RunAborted))
        this.problem ??= `${title}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    });
    this.background.push(task);
    return task;
  }

  #check(): void {
    if (this.#signal.aborted) throw new RunAborted('the run was interrupted');
    if (this.now > this.#deadline)
      throw new DeadlinePassed(`the run passed its deadline of ${this.#deadline / 1000} s in phase ${this.phase}`);
  }
}
