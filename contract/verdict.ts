import type { Instants } from './scenario.ts';
import type { Mutation, Sabotage } from './sabotage.ts';
import type { Ms } from './time.ts';
import type { LogLine } from './world.ts';

/** From the worst to the best; a composition takes the worst. */
export const VERDICTS = ['fail', 'error', 'aborted', 'vacuous', 'unknown', 'pass'] as const;
/** `vacuous`: the fault never bit, or nothing was examined. `unknown`: what was seen does not tell. `error`: the run itself broke. */
export type Verdict = (typeof VERDICTS)[number];

/** Process exit code of each verdict. 4: a run may not start because of residue; 254: bad arguments. */
export const EXIT_CODES: Readonly<Record<Verdict, number>> = {
  fail: 1,
  error: 255,
  aborted: 3,
  vacuous: 2,
  unknown: 2,
  pass: 0,
};

/** The result of one assertion of a row. */
export interface LineResult {
  /**
   * `steady[0]`, `steady[0].again`, `witness`, `detection`, `mitigation[0]`, `recovery[1]`, `impact.never[0]`, `impact.maySee`, `alerts`,
   * `logs`, `invariant:single-holder`, `residue`; under the mutation `plant` also `plant:<reference>`, of a line that lasts.
   */
  readonly reference: string;
  readonly title: string;
  readonly verdict: Verdict;
  /** When it came true, on the run's clock, and the instant it counts from. */
  readonly at?: Ms;
  readonly anchor?: { readonly name: string; readonly at: Ms };
  /** As the catalogue writes it: `10s`, `immediate`. */
  readonly limit?: string;
  readonly expected: string;
  readonly seen: string;
}

/** The result of one run of a scenario. */
export interface RunResult {
  readonly id: string;
  readonly run: string;
  readonly title: string;
  readonly seed: number;
  readonly world: string;
  /** The document's time for one of real time; 1 in the simulated world. */
  readonly speed: number;
  readonly verdict: Verdict;
  readonly sabotage?: { readonly line: number; readonly sabotage: Sabotage } | { readonly mutation: Mutation };
  readonly fault: string;
  readonly lines: readonly LineResult[];
  readonly instants: Instants;
  readonly operations: number;
  readonly otherAlerts: readonly string[];
  /** The row's `alongside` alerts, and whether each fired: one that no run ever fires does not belong there. */
  readonly alongside: readonly { readonly alert: string; readonly fired: boolean }[];
  readonly simulatedMs: Ms;
  readonly wallMs: number;
  readonly traceHash?: string;
  /** The services' last log lines before the first failure. */
  readonly log: readonly LogLine[];
  /** What stopped it, for `error` and `aborted`. */
  readonly problem?: string;
  readonly work: Readonly<Record<string, number>>;
  /** Last phase that was begun. */
  readonly phase: string;
}

/** `result.json` of one invocation. */
export interface InvocationResult {
  readonly format: 1;
  readonly startedAt: string;
  readonly arguments: readonly string[];
  readonly seed: number;
  readonly world: string;
  readonly verdict: Verdict;
  /** Hash of the code and of the lock file: a replay with other code says so. */
  readonly code: { readonly source: string; readonly lock: string };
  readonly runs: readonly RunResult[];
  /** Of counterexamples that were kept, where all rows were run. */
  readonly found?: readonly FoundResult[];
  readonly wallMs: number;
}

/** What a kept counterexample came to: one that fails again is red, for what it found was mended. */
export interface FoundResult {
  /** Its file in `scenarios/found`, without `.json`. */
  readonly name: string;
  readonly system: string;
  /** What failed when it was found: `invariant:single-holder`. */
  readonly check: string;
  readonly verdict: Verdict;
  /** What fails now; empty where nothing does. */
  readonly seen: string;
  readonly wallMs: number;
}

/** What a child tells its parent while it runs, one JSON line each. */
export type ProgressEvent =
  | {
      readonly type: 'phase';
      readonly id: string;
      readonly run: string;
      readonly phase: string;
      readonly at: Ms;
      readonly waitingFor?: string;
      readonly deadline?: Ms;
    }
  /** A debugger is waited for: the run's time stands still. */
  | { readonly type: 'debugger'; readonly id: string; readonly run: string; readonly at: Ms; readonly url: string }
  | { readonly type: 'line'; readonly id: string; readonly run: string; readonly line: LineResult }
  | { readonly type: 'result'; readonly result: RunResult };

/** The worst of some verdicts; `pass` of none is the caller's mistake and throws. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  const found = VERDICTS.find((verdict) => verdicts.includes(verdict));
  if (found === undefined) throw new Error('worst() of no verdicts: nothing was judged');
  return found;
}
