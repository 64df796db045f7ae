/** What `SHOW STATS` counts for a pool; times in ms here. */
export class Stats {
  assignments = 0;
  transactions = 0;
  queries = 0;
  queryMs = 0;
  waitMs = 0;

  assigned(waitedMs: number): void {
    this.assignments += 1;
    this.waitMs += waitedMs;
  }

  answered(tookMs: number, endsTransaction: boolean): void {
    this.queries += 1;
    this.queryMs += tookMs;
    if (endsTransaction) this.transactions += 1;
  }
}
