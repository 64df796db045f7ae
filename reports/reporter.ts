import type { InvocationResult } from '../contract/index.ts';

/** What a report may know beside the result: it sees no file and no clock. */
export interface ReportContext {
  /** The invocation's folder as the user would type it: `runs/2026-11-22T10-14-07-NUM-03`. */
  readonly directory: string;
}

/** Text of one form made from one invocation, by a pure function. */
export type Reporter = (result: InvocationResult, context: ReportContext) => string;
