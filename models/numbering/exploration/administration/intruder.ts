import type { History, Running } from '../../../../contract/index.ts';
import { alterAuditRow, readAuditRow, writeAuditRow } from '../../administration/audit-row.ts';
import type { Deed, StoredAuditRow } from '../../administration/audit-row.ts';
import { primarySql } from '../../primary.ts';
import { failure } from './recorded.ts';

/** Alters rows of the audit trail past the service. What was altered is altered no further until it has been put back. */
export class Intruder {
  readonly #running: Running;
  readonly #history: History;
  /** Altered rows as they were; undefined while one is being read. */
  readonly #originals = new Map<number, StoredAuditRow | undefined>();

  constructor(running: Running, history: History) {
    this.#running = running;
    this.#history = history;
  }

  /** One operation `tamper` of the `nth` row from the latest, and one `put-back` when that is its time. Refused where there is no such row that is as it was. */
  async tamper(nth: number, deed: Deed, putBackMs: number): Promise<void> {
    const operation = this.#history.invoke('intruder', 'tamper', { nth, deed, putBackMs });
    const seq = await this.#alter(nth, deed).catch(failure);
    if (seq instanceof Error) return operation.info(seq.message);
    if (seq === undefined) return operation.fail('NO_ROW');
    operation.ok({ seq });
    if (putBackMs === 0) return undefined;
    await this.#running.clock.sleep(putBackMs);
    return this.#putBack(seq);
  }

  /** Everything is put back, for whoever reads the trail in the end. */
  async undo(): Promise<void> {
    for (const seq of this.#originals.keys()) await this.#putBack(seq);
  }

  async #alter(nth: number, deed: Deed): Promise<number | undefined> {
    const [found] = await primarySql(
      this.#running,
      'select seq::int from numbering.audit order by seq desc offset $1 limit 1',
      [nth],
    );
    const seq = Number(found?.['seq']);
    if (found === undefined || this.#originals.has(seq)) return undefined;
    this.#originals.set(seq, undefined);
    const row = await readAuditRow(this.#running, seq).catch(failure);
    if (row === undefined || row instanceof Error) {
      this.#originals.delete(seq);
      return undefined;
    }
    this.#originals.set(seq, row);
    await alterAuditRow(this.#running, row, deed);
    return seq;
  }

  async #putBack(seq: number): Promise<void> {
    const row = this.#originals.get(seq);
    if (row === undefined) return undefined;
    const operation = this.#history.invoke('intruder', 'put-back', { seq });
    const error = await writeAuditRow(this.#running, row).catch(failure);
    if (error !== undefined) return operation.info(error.message);
    this.#originals.delete(seq);
    return operation.ok({});
  }
}
