/** What a judged history comes to, and what a page needs to show it: where checkers, command line and reports meet. */

/** What stops a search before its end. `memoryBytes` bounds what the search remembers, not the whole process. */
export interface SearchLimits {
  readonly timeMs: number;
  readonly memoryBytes: number;
}

/** Why there is no verdict: a limit was met, or there was nothing to examine. */
export type Undecided = 'time' | 'memory' | 'nothing';

/** One call as a person reads it. */
export interface ShownCall {
  /** The operation's id in its history. */
  readonly id: number;
  readonly process: string;
  /** `cas 1 -> 2: ok` */
  readonly text: string;
  readonly from: number;
  /** Infinity where nobody knows whether and when it took effect. */
  readonly to: number;
  /** Line of the file that begins it, from 1. */
  readonly line?: number;
}

/** One step of a linearization: the call that takes effect, and the state that it leaves. */
export interface ShownStep {
  readonly call: number;
  readonly state: string;
}

/** A longest partial linearization, and the calls of which one would have to follow but none can. */
export interface ShownLinearization {
  readonly steps: readonly ShownStep[];
  /** State in which it is stuck. */
  readonly state: string;
  readonly refused: readonly number[];
}

/** Calls that were judged by themselves: those of one key, or all. */
export interface ShownPartition {
  readonly label: string;
  readonly verdict: 'ok' | 'illegal' | 'unknown' | 'not examined';
  readonly calls: readonly ShownCall[];
  /** `ok`: one whole linearization; `illegal`: the longest partial ones; else none. */
  readonly linearizations: readonly ShownLinearization[];
}

/** A history held against a model. */
export interface CheckedHistory {
  readonly verdict: 'ok' | 'illegal' | 'unknown';
  /** Only where the verdict is `unknown`. */
  readonly why?: Undecided;
  readonly file: string;
  readonly format: string;
  readonly model: string;
  /** Calls that were judged; refused ones and those that the model leaves aside are not. */
  readonly examined: number;
  readonly aside: number;
  /** Most that one search remembered, bytes. */
  readonly memoryBytes: number;
  readonly tookMs: number;
  readonly partitions: readonly ShownPartition[];
}

/** What `faultline check` loads by path: `models/checkers/index.ts` exports it as `checker`. */
export interface HistoryChecker {
  /** Names of the models with a line about each. */
  readonly models: Readonly<Record<string, string>>;
  /** Throws UnreadableHistory for a file that is none, and for a model that there is not. */
  check(
    /** `text`: all of it, or its lines, so that a long one is never held as a whole. */
    file: { readonly name: string; readonly text: string | Iterable<string> },
    options: { readonly model?: string; readonly limits: SearchLimits; readonly clock: () => number },
  ): CheckedHistory;
}

/** A history that cannot be read or does not fit its model: `file:line: expected …, found …; what to do`. */
export class UnreadableHistory extends Error {
  override readonly name = 'UnreadableHistory';
}

/** Something that must not be: said in words, with the operations that show it. */
export interface CheckFinding {
  readonly what: string;
  /** Ids of operations. */
  readonly operations: readonly number[];
  /** How bad it is, in the checker's own unit; greater is worse. */
  readonly by: number;
}

/** What a checker found in a history. `examined` counts what it could have found wrong; of nothing there is no `ok`. */
export type Checked =
  | { readonly verdict: 'ok'; readonly examined: number; readonly figures?: Readonly<Record<string, number>> }
  | {
      readonly verdict: 'illegal';
      readonly examined: number;
      readonly count: number;
      readonly first: CheckFinding;
      readonly last: CheckFinding;
      readonly worst: CheckFinding;
      readonly figures?: Readonly<Record<string, number>>;
    }
  | { readonly verdict: 'unknown'; readonly examined: number; readonly why: string };

/**
 * Judges the lines that services logged, by service: `models/checkers/index.ts` exports one as `logPatterns`, which the harness
 * loads by path and asks of each run.
 */
export type LogChecker = (logs: Readonly<Record<string, readonly string[]>>) => Checked;
