/** Verification of an audit trail (`audit.ts`): finds the first row that was changed or removed out of band. */
import { AUDIT_ROOT, auditHash, type AuditEntry } from './audit.ts';

/** A row of the trail, as it is stored. */
export interface ChainRow extends AuditEntry {
  readonly seq: number;
  /** ISO 8601, milliseconds. */
  readonly at: string;
  readonly prevHash: string;
  readonly hash: string;
}

export interface BrokenLink {
  /** The row that was changed, or that is missing. */
  readonly seq: number;
  readonly reason: string;
}

/** Takes the rows in order. */
export class ChainVerifier {
  #previous: { readonly seq: number; readonly hash: string } = { seq: 0, hash: AUDIT_ROOT };
  #broken: BrokenLink | undefined;
  rows = 0;

  /** The first offending row; undefined so far. */
  get broken(): BrokenLink | undefined {
    return this.#broken;
  }

  add(row: ChainRow): void {
    this.rows += 1;
    this.#broken ??= this.#judge(row);
    this.#previous = row;
  }

  /** @param head the end of the chain, as it was kept beside it before the rows were read */
  end(head: { readonly seq: number; readonly hash: string }): BrokenLink | undefined {
    const { seq, hash } = this.#previous;
    if (head.seq > seq) this.#broken ??= { seq: seq + 1, reason: `row ${seq + 1} is missing` };
    else if (head.hash !== hash)
      this.#broken ??= { seq, reason: `row ${seq} was changed and its own hash computed anew` };
    return this.#broken;
  }

  #judge(row: ChainRow): BrokenLink | undefined {
    const { seq, hash } = this.#previous;
    if (row.seq !== seq + 1) return { seq: seq + 1, reason: `row ${seq + 1} is missing` };
    if (hashOf(row) !== row.hash) return { seq: row.seq, reason: `row ${row.seq} does not fit its hash` };
    // This row fits its own hash, which covers the one before as it was when this one was written.
    if (row.prevHash !== hash) return { seq, reason: `row ${seq} was changed and its own hash computed anew` };
    return undefined;
  }
}

/** What the hash of a row has to be, by its members. */
export function hashOf(row: ChainRow): string {
  return auditHash(row.prevHash, row.seq, row.at, row);
}
