/** One tick of a bulk recall: some leases of a suspended tenant, in one transaction. */
import type pg from 'pg';
import { inTransaction } from '../../../kit/postgres.ts';
import type { Safeguard, Safeguards } from '../../../kit/safeguards.ts';
import type { IdentifierKey } from '../../domain/identifiers.ts';
import { makeChanges } from '../../store/changes.ts';
import { lockActiveLeases, lockUnfinished, noteProgress, setRecalled } from '../../store/recalls.ts';

export const RECALL_TICK_LIMIT: Safeguard = {
  name: 'recall-tick-limit',
  protects: 'a tick recalls at most RECALL_IDS_PER_TICK leases; without it as many as a statement takes',
};

export const RECALL_RESUME: Safeguard = {
  name: 'recall-resume',
  protects: 'a worker goes on with recalls that another one began',
};

/** Leases that one statement takes when there is no limit. */
const UNLIMITED = 10_000;
const ACTOR = 'job:recall-worker';

/** What a tick did. */
export interface Tick {
  readonly tenantId: string;
  readonly reason: string;
  readonly recalled: readonly IdentifierKey[];
  readonly finished: boolean;
}

export class Recalls {
  readonly #pool: pg.Pool;
  readonly #safeguards: Safeguards;
  readonly #idsPerTick: number;
  readonly #quarantineMs: number;

  constructor(pool: pg.Pool, safeguards: Safeguards, config: { RECALL_IDS_PER_TICK: number; QUARANTINE_MS: number }) {
    this.#pool = pool;
    this.#safeguards = safeguards;
    this.#idsPerTick = config.RECALL_IDS_PER_TICK;
    this.#quarantineMs = config.QUARANTINE_MS;
  }

  /**
   * Recalls the next leases of the oldest unfinished recall, or of those that this process took in itself.
   * @returns undefined when there is none
   */
  tick(takenIn: readonly string[]): Promise<Tick | undefined> {
    const limit = this.#safeguards.on(RECALL_TICK_LIMIT) ? this.#idsPerTick : UNLIMITED;
    return inTransaction(this.#pool, async (sql) => {
      const recall = await lockUnfinished(sql, this.#safeguards.on(RECALL_RESUME) ? undefined : takenIn);
      if (recall === undefined) return undefined;
      const { at, afterLease, eventId, reason, tenantId } = recall;
      const leases = await lockActiveLeases(sql, tenantId, afterLease, limit);
      // What was begun in the middle is looked at once more from the start: a lease may have been made behind.
      const finished = leases.length === 0 && afterLease === undefined;
      const last = leases.length < limit ? undefined : leases.at(-1)?.leaseId;
      await noteProgress(sql, eventId, { recalled: leases.length, afterLease: last, finished });
      const done = { tenantId, reason, recalled: leases.map(({ identifier }) => identifier), finished };
      if (leases.length === 0) return done;
      const leaseIds = leases.map(({ leaseId }) => leaseId);
      await setRecalled(sql, leaseIds, at, reason);
      const quarantineUntil = new Date(at.getTime() + this.#quarantineMs);
      const made = await makeChanges(
        sql,
        this.#safeguards,
        at,
        leases.map(({ leaseId, identifier }) => ({
          from: identifier,
          to: 'QUARANTINE',
          action: 'recalled',
          actor: ACTOR,
          leaseId,
          quarantineUntil,
          detail: { leaseId, quarantineUntil: quarantineUntil.toISOString(), reason },
        })),
      );
      // Somebody changed one of them meanwhile: the tick is rolled back and made again.
      if (made.size !== leases.length)
        throw new Error(`${leases.length - made.size} identifiers changed while their leases were recalled`);
      return done;
    });
  }
}
