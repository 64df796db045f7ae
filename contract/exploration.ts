import type { Arbitrary } from 'fast-check';
import type { Environment } from './deployment.ts';
import type { History, Operation } from './history.ts';
import type { Evidence } from './scenario.ts';
import type { Ms } from './time.ts';
import type { Running } from './world.ts';

/** Arguments of a command or options of a fault: numbers, texts and truths by name, so that they print, shrink and replay. */
export type Arguments = Readonly<Record<string, number | string | boolean>>;

/** One call of a client. Its arguments speak of things by role ("the second lease of this client"), never by an id of a run. */
export interface Command {
  /** Since the beginning of the safety phase. */
  readonly at: Ms;
  /** Number of the client, from 0. */
  readonly client: number;
  readonly name: string;
  readonly arguments: Arguments;
}

/** A message of one direction of a link, counted from an instant: 1 is the next. */
export interface NthMessage {
  readonly from: string;
  readonly to: string;
  readonly nth: number;
  /** Whichever replicas of the ends it is that come to so many first; the fault is then about those. Absent: the ones that are named. */
  readonly ofAny?: true;
}

/** One fault of a schedule, as data: `faults/by-kind.ts` makes the fault of it. */
export interface PlannedFault {
  readonly at: Ms;
  /**
   * Injected when this message is sent, counted from `at`, and not at `at`: between two statements, or while an answer is under way. Where so many are not
   * sent within some seconds, with the next one.
   */
  readonly onMessage?: NthMessage;
  /** From the injection. */
  readonly lastsMs: Ms;
  readonly kind: string;
  /** What it is about: a component, or both ends of a link. */
  readonly targets: readonly string[];
  readonly options: Arguments;
}

/** A link that is slower than usual for the whole run, both ways. */
export interface SlowLink {
  readonly from: string;
  readonly to: string;
  readonly latencyMs: Ms;
  readonly jitterMs: Ms;
}

/** One run of an exploration, all of it: the same case gives the same trace. Plain JSON. */
export interface ExplorationCase {
  readonly system: string;
  /** Of the world: latencies of messages, identifiers, library back-offs. */
  readonly seed: number;
  readonly topology: string;
  /** Length of the safety phase. */
  readonly lastsMs: Ms;
  readonly slowLinks: readonly SlowLink[];
  /** In the order of their instants, as are the faults. */
  readonly commands: readonly Command[];
  readonly faults: readonly PlannedFault[];
  /** A safeguard that is off from the start: what `--safeguard-off` names. */
  readonly safeguardOff?: string;
  /** A bug that is planted by a patch of the sources: what `--planted` names. */
  readonly planted?: string;
}

/** Kinds of fault that may be drawn for a topology, and whom they may hit. */
export interface DrawableFault {
  readonly kind: string;
  /** How often it is drawn, beside the others of its topology. Absent: 1. */
  readonly weight?: number;
  readonly targets: readonly (readonly string[])[];
  /** Made of integers and constants, which shrink without knowing how they were drawn. Absent: the fault has no options. */
  readonly options?: Arbitrary<Arguments>;
  readonly lastsMs: { readonly from: Ms; readonly to: Ms };
}

/** What may be deployed for a run. */
export interface Topology {
  readonly name: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  /** As a row's `needs`; what those depend on comes along. */
  readonly needs: readonly string[];
  readonly environment?: Environment;
  /** Names of the commands that make sense here. */
  readonly commands: readonly string[];
  readonly faults: readonly DrawableFault[];
  /** Links that may be slow. */
  readonly links: readonly (readonly [from: string, to: string])[];
  /** Names of the invariants that hold here: files of `models/<system>/invariants/`. */
  readonly invariants: readonly string[];
}

/** Something that happens without a call. */
export interface Due {
  /** From the command on. */
  readonly after: Ms;
  /** Names of commands that ask for what it is about. */
  readonly by: readonly string[];
  /** Who sees to it then, as instances: their faults are aimed at such instants. Absent: nobody has to. */
  readonly carriedOutBy?: readonly string[];
}

/** A kind of command: how often, and with which arguments. */
export interface CommandKind {
  /** How often it is drawn by itself, beside the others; 0: in stories and where something is due only. */
  readonly weight: number;
  /** It changes something: faults are aimed at such, where there are any. */
  readonly writes?: boolean;
  /** Components that carry it out beside the one that is called, as instances: faults of these are aimed at it. */
  readonly carriedOutBy?: readonly string[];
  /** Name of the argument that says what it is about: commands that are drawn together share its value. */
  readonly about?: string;
  /** Values of that argument that are hardly ever drawn: of several that are to have nothing to do with each other each has another. */
  readonly apart?: readonly (number | string)[];
  /** What comes due by itself after it: faults and other commands are drawn around such instants. */
  readonly due?: (args: Arguments) => readonly Due[];
  /** Made of integers and constants, which shrink without knowing how they were drawn. */
  readonly arguments: Arbitrary<Arguments>;
}

/** Performs the commands of one run in the name of its clients. */
export interface Performer {
  /** Begins the command now; resolves with its answer, which is in the history. A command that has nothing to speak of does nothing. */
  perform(command: Command): Promise<void>;
  close(): Promise<void>;
}

/** What must come true after all faults were healed, and by when. */
export interface Convergence {
  /** `the outbox is drained` */
  readonly name: string;
  readonly within: Ms;
  /** Row of the catalogue that the limit is taken from. */
  readonly row: string;
  /**
   * Longer than anything waits that works on it: what is missing and has not changed for so long is not expected to come any more. A suspicion
   * by which time is saved; the limit alone gives the verdict. Absent: it may stand still for long.
   */
  readonly patience?: Ms;
  /** Undefined: it holds. Otherwise what is missing. */
  look(running: Running): Promise<string | undefined>;
}

/** A fault as it went. */
export interface ObservedFault {
  readonly planned: PlannedFault;
  readonly title: string;
  readonly injectedAt: Ms;
  readonly healedAt?: Ms;
  /** What the system was doing when it was injected: a word of `ExplorationModel.stateAt`. */
  readonly state: string;
  /** What proved that it bit; absent where nothing did. */
  readonly seen?: string;
  /** Why it was not injected. */
  readonly skipped?: string;
}

/** What is looked at when a run has ended. */
export interface Explored extends Evidence {
  readonly case: ExplorationCase;
  readonly faults: readonly ObservedFault[];
}

/** Something that a run showed to be wrong. `check` groups failures: shrinking keeps it. */
export interface CaseFailure {
  /** `invariant:single-holder`, `answers:validate`, `convergence:the outbox is drained`, `crash:numbering-service`. */
  readonly check: string;
  readonly what: string;
  readonly at?: Ms;
}

/** `models/<system>/exploration.ts` exports one as `exploration`: all that `faultline explore` knows of a system. */
export interface ExplorationModel {
  readonly system: string;
  readonly topologies: readonly Topology[];
  readonly commands: Readonly<Record<string, CommandKind>>;
  /** What a client does in a row, as names of commands. Absent: commands come one by one. */
  readonly stories?: readonly (readonly string[])[];
  /** The command by which a client makes its latest call again: it comes after what a fault was aimed at. */
  readonly again?: string;
  /** Clients that act at once, at most. */
  readonly clientsMax: number;
  begin(running: Running, history: History): Promise<Performer>;
  /** Conditions of the liveness phase in this deployment, those first that the others rest on; alerts last, since scraping is begun by who reads them (`Running.scrape`). */
  convergence(running: Running): readonly Convergence[];
  /** Rows at the end of the run, as invariants and checks read them. */
  collect(running: Running): Promise<Evidence['finalState']>;
  /** What the model says of the answers: each that it does not allow. Also where a checker of histories is asked. */
  answers(explored: Explored): readonly CaseFailure[];
  /** What a call is about, in words by which failures speak of it: identifiers, leases. Absent: failures name operations only. */
  namesOf?(operation: Operation): readonly string[];
  /** What the clients were doing at an instant, in a word of `states`. */
  stateAt(operations: readonly Operation[], at: Ms): string;
  readonly states: readonly string[];
  /** States that exploration must reach now and then: each is a question to one finished run. */
  readonly sometimes: Readonly<Record<string, (explored: Explored) => boolean>>;
}
