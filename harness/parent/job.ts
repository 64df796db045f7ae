import type { Ms, Mutation } from '../../contract/index.ts';

/** One run for a child to do. Plain JSON. */
export interface Job {
  readonly id: string;
  readonly run: string;
  readonly seed: number;
  /** The document's time for one of real time; 1 in the simulated world. */
  readonly speed: number;
  readonly sabotage?: { readonly line: number } | { readonly mutation: Mutation };
  /** Where its journal goes, absolute. */
  readonly directory: string;
  /** Keep the semantic events too. */
  readonly keepTrace: boolean;
  /** Where it stops: to wait for a debugger, or for good. */
  readonly stopAt?: { readonly at: Ms; readonly inspect: boolean };
  /** An alert at which the run is given up. */
  readonly abortOn?: string;
  /** How long it lasts at most on the run's clock: the longest are begun first. */
  readonly expectedMs: Ms;
}

/** What a child is started with. */
export interface ChildSetup {
  readonly root: string;
  readonly world: string;
  /** The rows that its jobs are of. */
  readonly ids: readonly string[];
}

/** File descriptors between parent and child: events out, jobs in. */
export const EVENTS_FD = 3;
export const JOBS_FD = 4;
