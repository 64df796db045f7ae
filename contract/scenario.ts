import type { Fault } from './fault.ts';
import type { History, Operation } from './history.ts';
import type { Sabotage } from './sabotage.ts';
import type { Ms } from './time.ts';
import type { AlertChange, Running } from './world.ts';

/** What faults, activities and operators act on. */
export interface Stage {
  readonly running: Running;
  readonly history: History;
  /** A stream of randomness of its own for each name, from the run's seed: [0, 1). */
  readonly random: (stream: string) => () => number;
  readonly instants: Instants;
  /** The load of the system's model, as `models/<system>/model.ts` made it. */
  readonly load: Load;
  /** Aborted when the run ends, passes its deadline or is interrupted. */
  readonly signal: AbortSignal;
  /** True under the mutation `no-heal`: what ends a fault is left out, and a client whose mistake is the fault goes on with it. */
  readonly faultStays: boolean;
}

/** Open-loop load by the system's model. Arrivals come from the seed. */
export interface Load extends AsyncDisposable {
  /** No new operations between `pause` and `resume`; those under way go on. */
  pause(): Promise<void>;
  resume(): void;
  /** What a scenario may turn on: named by the model; unknown names throw. */
  set(option: string, value: number | boolean): void;
}

/** The instants of a run, in the order in which they come. Undefined: not reached yet. */
export interface Instants {
  /** From here the steady state held for 30 s. */
  readonly steady?: Ms;
  readonly injected?: Ms;
  readonly witnessed?: Ms;
  readonly threshold?: Ms;
  readonly detected?: Ms;
  readonly cleared?: Ms;
  /** The named job's first run after the injection has ended. */
  readonly nextRun?: Ms;
  /** Its first run after the fault was cleared: from here lines of the recovery count. */
  readonly nextRunSinceCleared?: Ms;
  /** End of the recovery phase, whether its lines held or not. */
  readonly recovered?: Ms;
  readonly ended?: Ms;
}

/** One look at a behaviour. */
export interface Observation {
  readonly at: Ms;
  readonly holds: boolean;
  /** What was seen, with its unit: `P95 9.1 ms`. */
  readonly seen: string;
  /** The machine was too busy to tell. Such a look `holds` and proves nothing: where they are the most, the line is `unknown`. */
  readonly unjudged?: true;
}

/** Everything seen in a run, as probes and invariants read it; all of it is in the journal. */
export interface Evidence {
  readonly operations: readonly Operation[];
  readonly alerts: readonly AlertChange[];
  readonly instants: Instants;
  /** Looks taken by probes that poll, by the probe's title. */
  readonly polled: Readonly<Record<string, readonly Observation[]>>;
  /** Rows of the system's tables at the end of the run, as the model collects them. */
  readonly finalState: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /** What the row lets the fault take with it (`ScenarioBody.mayLose`), and from when to when it was injected. */
  readonly mayLose?: { readonly operations: readonly string[]; readonly from: Ms; readonly to: Ms };
}

/**
 * A behaviour that can be looked at over time. `observe` is a pure function of what was recorded (metrics are read back
 * by PromQL), so it can be judged while the run goes on and again afterwards.
 */
export interface Probe {
  /** As it reads in a report: `validations read PostgreSQL, P95 <= 15 ms`. Unique in a scenario. */
  readonly title: string;
  /** Looks at the behaviour in [from, to], oldest first. None: nothing was observed there. */
  observe(evidence: Evidence, running: Running, from: Ms, to: Ms): Promise<readonly Observation[]>;
  /** Taken every `everyMs` during the phases in which the probe is used, and recorded. */
  readonly poll?: { readonly everyMs: Ms; look(stage: Stage): Promise<Omit<Observation, 'at'> | undefined> };
  /** What a combination is made of: these are polled in its place. */
  readonly parts?: readonly Probe[];
  /** For `never` lines: the evidence with a violation added, so that the line can be seen red. */
  plant?(evidence: Evidence): Evidence;
}

/** Something done by clients in a phase of the run, beside the steady load. Its operations are in the history. */
export interface Activity {
  readonly title: string;
  /** `fault`: when the fault has been witnessed. `cleared`: when it has been lifted. `start`: with the load. */
  readonly during: 'start' | 'steady' | 'fault' | 'cleared';
  run(stage: Stage): Promise<void>;
}

/** A step of the operator's runbook, as data: it can be skipped by a sabotage. */
export interface OperatorStep {
  readonly title: string;
  run(stage: Stage): Promise<void>;
}

/** One run of a row. What it says besides its fault holds for this run only. */
export interface RunPlan {
  readonly fault: Fault;
  /** How long the fault stays. Absent: until it is over by itself. */
  readonly lasts?: Ms;
  /** The lines that this run can show, where a row's lines speak of one run each. Absent: all of them. */
  readonly judges?: JudgedLines;
  /** Added to the scenario's. */
  readonly activities?: readonly Activity[];
  /** Added to the scenario's, operation by operation. */
  readonly maySee?: Readonly<Record<string, readonly string[]>>;
  /** In place of the scenario's. */
  readonly mayLose?: ScenarioBody['mayLose'];
  readonly operator?: ScenarioBody['operator'];
  readonly threshold?: Probe;
  readonly nextRun?: Probe;
  readonly load?: ScenarioBody['load'];
  readonly environment?: ScenarioBody['environment'];
  readonly maxSpeed?: ScenarioBody['maxSpeed'];
}

/** Lines of a row by index; of a part that is not named every line is judged. Each line must be judged in one run at least. */
export interface JudgedLines {
  /** `silent`: the row's alert must not fire in this run. */
  readonly detection?: 'fires' | 'silent';
  readonly mitigation?: readonly number[];
  readonly recovery?: readonly number[];
  readonly never?: readonly number[];
}

/** What a scenario file says; `scenario()` in `faultline` makes it. Every line of the row has its assertion here, by index. */
export interface ScenarioBody {
  /** Single-run rows use the key `A`. */
  readonly runs: Readonly<Record<string, RunPlan>>;
  readonly steadyState: readonly Probe[];
  readonly mitigation: Readonly<Record<number, Probe>>;
  readonly recovery: Readonly<Record<number, Probe>>;
  /** "Never: ..." of `impact`, judged over the whole run. */
  readonly never: readonly Probe[];
  /** "May see: ..." of `impact`: what clients are allowed to meet; any other failed operation is a violation. Operation name -> error codes. */
  readonly maySee: Readonly<Record<string, readonly string[]>>;
  /** "Open ... gone" of `impact`: operations that were answered and whose effect the fault may take with it while it is still open. Names. */
  readonly mayLose?: readonly string[];
  /** By the index of the row's sabotage lines. */
  readonly sabotage: Readonly<Record<number, Sabotage>>;
  readonly activities?: readonly Activity[];
  readonly operator?: { readonly onDetected?: OperatorStep; readonly onCleared?: OperatorStep };
  /** The instant `threshold`: first look that holds. Needed where a line counts from it. */
  readonly threshold?: Probe;
  /** The instant `nextRun`: first look after the injection that holds; for lines of the recovery, after the fault was cleared. Needed where a line counts from it. */
  readonly nextRun?: Probe;
  /** Options for the model's load (`Load.set`). */
  readonly load?: Readonly<Record<string, number | boolean>>;
  /** The greatest `--speed` at which the row can be shown on a real machine, where it is less than the default, and why. */
  readonly maxSpeed?: { readonly speed: number; readonly why: string };
  /** Other environment for named components: said here, with the reason, when a row cannot be shown otherwise. */
  readonly environment?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The default export of a file in `scenarios/<system>/`. */
export interface Scenario {
  readonly id: string;
  /** `quote('15 ms')` reads a figure out of the row's own text and throws when the text does not contain it. */
  build(row: { readonly quote: (text: string) => number }): ScenarioBody;
}

/** Makes the default export of a scenario file: the row's id and what its lines mean here. */
export function scenario(id: string, build: Scenario['build']): Scenario {
  return { id, build };
}

/** `models/<system>/model.ts` exports one as `model`. */
export interface SystemModel {
  readonly system: string;
  /** Starts the steady load. Called once, when every component answers its health question. */
  start(stage: Omit<Stage, 'load'>, options: Readonly<Record<string, number | boolean>>): Promise<Load>;
  /** Rows at the end of the run that the invariants read. */
  collect(running: Running): Promise<Evidence['finalState']>;
}

/** `models/<system>/invariants/<name>.ts` exports one as `invariant`. */
export interface Invariant {
  readonly name: string;
  check(evidence: Evidence): InvariantResult;
  /** The evidence with one violation added: the check must then report it. */
  plant(evidence: Evidence): Evidence;
}

/** What an invariant found in one run's evidence. It holds when there are no violations. */
export interface InvariantResult {
  /** How many items were looked at; none makes the verdict `vacuous`. */
  readonly examined: number;
  readonly violations: readonly Violation[];
}

/** One item that breaks an invariant, in words, and when on the run's clock, where that is known. */
export interface Violation {
  readonly at?: Ms;
  readonly what: string;
}
