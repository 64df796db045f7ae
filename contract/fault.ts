import type { Stage } from './scenario.ts';

/** A fault is plain data plus one verb: the data prints, shrinks and replays. One file a kind, in `faults/`. */
export interface Fault {
  /** Of the catalogue's taxonomy or near it: `process.kill`. */
  readonly kind: string;
  /** Component or link `a -> b`. */
  readonly target: string;
  /** How it reads in a report: `kill redis`. */
  readonly title: string;
  inject(stage: Stage): Promise<ActiveFault>;
}

/** An injected fault. Disposing it heals; healing twice is a no-op. */
export interface ActiveFault extends AsyncDisposable {
  /** An observation, independent of the injector, that it bit; undefined while there is none. */
  witness(): Promise<Witness | undefined>;
  /** True when the component answers its health question again, or the link carries traffic. */
  healed(): Promise<boolean>;
  /** True when a fault that ends by itself (a burst, a client's mistake) has given its last faulty answer. Absent: it ends by its duration. */
  over?(): boolean;
  /** Puts back what no healing undoes, such as clocks of days that have passed. Called once, when the run has been judged. */
  putBack?(): Promise<void>;
}

/** What was seen, in words and figures: `14 connections reset, 0 of 38 commands answered while down`. */
export interface Witness {
  readonly seen: string;
  readonly figures: Readonly<Record<string, number>>;
}
