/** What every job is to its process. */
export interface Job {
  readonly name: string;
  /** Begins the job's loops. */
  start(): void;
  /** Does the job's work once, now. @returns what it did, for the answer of the manual trigger */
  runNow(): Promise<Readonly<Record<string, number>>>;
  /** Says why the job is not alive; undefined: it is. */
  liveness(): string | undefined;
  stop(): Promise<void>;
}
