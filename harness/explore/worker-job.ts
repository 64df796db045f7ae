import type { CaseFailure, ExplorationCase, Ms, ObservedFault, Operation } from '../../contract/index.ts';
import type { Lurking, Sprung } from './ambush.ts';
import type { Lines } from './changed-lines.ts';
import type { TouchedBy } from './touched.ts';

/** What a worker is started with. */
export interface WorkerSetup {
  readonly root: string;
  readonly world: string;
  readonly system: string;
  /** Sources that a planted bug has changed, by path from the root. */
  readonly sources?: Readonly<Record<string, string>>;
  /** Lines by which it is seen that they are carried out. */
  readonly watched?: Lines;
}

/** One case for a worker to run. Plain JSON. */
export interface CaseJob {
  readonly case: ExplorationCase;
  /** Give back history and trace too. */
  readonly whole: boolean;
  /** Conditions of the liveness phase may be given up before their time is up (`Convergence.patience`). */
  readonly impatient?: boolean;
  /** What comes beside the case's own when changed code is carried out. */
  readonly lurking?: readonly Lurking[];
}

/** What a case came to. */
export interface CaseOutcome {
  readonly failures: readonly CaseFailure[];
  /** What kept it from its end, which says nothing about the system. */
  readonly problem?: string;
  readonly aborted: boolean;
  readonly hash: string;
  readonly operations: number;
  readonly faults: readonly ObservedFault[];
  /** Names of `sometimes` points that were reached. */
  readonly reached: readonly string[];
  readonly virtualMs: Ms;
  readonly wallMs: number;
  readonly log: readonly string[];
  /** A condition was given up (`CaseJob.impatient`): its failure is a suspicion. */
  readonly givenUp?: boolean;
  /** By which commands code that the planted bug has changed was carried out. Only where there is one. */
  readonly touched?: Readonly<Record<string, TouchedBy>>;
  /** What lay in wait and came, as a case has it. */
  readonly sprung?: Sprung;
  /** Indices of commands that called nobody. Only where there is a failure. */
  readonly idle?: readonly number[];
  /** By check, the commands whose calls speak of what the failure speaks of. */
  readonly concerned?: Readonly<Record<string, readonly number[]>>;
  /** Only where the whole was asked for. */
  readonly history?: readonly Operation[];
  readonly trace?: readonly string[];
}
