import type { CaseFailure, ExplorationCase } from './exploration.ts';
import type { Ms } from './time.ts';
import type { Verdict } from './verdict.ts';

/** A failure that an exploration found, made small and shown again. */
export interface FoundFailure {
  /** Which run of the exploration met it, from 0, and what it was drawn from. */
  readonly run: number;
  readonly seed: number;
  readonly failure: CaseFailure;
  /** As it was drawn. */
  readonly drawn: { readonly commands: number; readonly faults: number };
  /** As small as it was made. */
  readonly case: ExplorationCase;
  readonly hash: string;
  /** Two further runs of the small case failed alike, with the same trace. */
  readonly confirmed: boolean;
  readonly tried: number;
  readonly shrinkMs: number;
  /** False: the time for shrinking was over before nothing smaller failed. */
  readonly minimal: boolean;
  /** Where the counterexample was written. */
  readonly file: string;
  readonly log: readonly string[];
}

/** How often a kind of fault met a component in a state of the system, and how often it is known to have bitten. */
export interface CoverageCell {
  readonly kind: string;
  readonly target: string;
  readonly state: string;
  readonly injected: number;
  readonly bit: number;
}

/** `exploration.json` of one exploration. */
export interface ExplorationResult {
  readonly format: 1;
  readonly startedAt: string;
  readonly arguments: readonly string[];
  readonly system: string;
  readonly world: string;
  readonly seed: number;
  readonly verdict: Verdict;
  readonly runs: number;
  readonly wallMs: number;
  /** Of the runs alone, without shrinking: what runs a second are counted over. */
  readonly exploringMs: number;
  readonly jobs: number;
  readonly operations: number;
  readonly faults: { readonly injected: number; readonly bit: number; readonly skipped: number };
  readonly simulatedMs: Ms;
  readonly topologies: Readonly<Record<string, number>>;
  /** How many runs reached each `sometimes` point. */
  readonly reached: Readonly<Record<string, number>>;
  readonly coverage: readonly CoverageCell[];
  /** Cells that topologies allow and no run has met. */
  readonly uncovered: number;
  readonly cells: number;
  /** Strikes that runs were dealt, of all that the search goes through one after another: a fault of a component at a command, with the n-th message of a link. */
  readonly swept: { readonly dealt: number; readonly of: number };
  /** Over the hashes of all runs in their order: equal for equal seeds, whatever `--jobs` is. */
  readonly hash: string;
  /** Greatest of any worker, MB. */
  readonly memoryMb: number;
  readonly recycled: number;
  readonly failures: readonly FoundFailure[];
  /** Runs that did not come to their end, and why: they say nothing about the system. */
  readonly problems: readonly { readonly run: number; readonly seed: number; readonly problem: string }[];
  readonly code: { readonly source: string; readonly lock: string };
}
