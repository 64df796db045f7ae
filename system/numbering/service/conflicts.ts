/** Lost races: each is counted, and told by an event of its own after the loser's transaction has been rolled back. */
import { randomUUID } from 'node:crypto';
import type { Logger } from '../../kit/logging.ts';
import { storeEvents } from '../../kit/outbox.ts';
import type { Sql } from '../../kit/postgres.ts';
import type { Problem } from '../../kit/problems.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import type { Identifier } from '../domain/identifiers.ts';
import { conflict } from '../domain/problems.ts';
import type { ConflictKind, Metrics } from './metrics.ts';

export const CONFLICT_COUNTER: Safeguard = {
  name: 'conflict-counter',
  protects: 'numbering_conflict_detected_total counts what is refused with CONFLICT',
};

export class Conflicts {
  readonly #sql: Sql;
  readonly #safeguards: Safeguards;
  readonly #metrics: Pick<Metrics, 'conflict'>;
  readonly #log: Logger;
  readonly #races = new WeakMap<object, Identifier>();

  constructor(sql: Sql, safeguards: Safeguards, metrics: Pick<Metrics, 'conflict'>, log: Logger) {
    this.#sql = sql;
    this.#safeguards = safeguards;
    this.#metrics = metrics;
    this.#log = log;
  }

  /** The refusal of a call that met the identifier as `current`. */
  met(kind: ConflictKind, current: Identifier): Problem {
    if (this.#safeguards.on(CONFLICT_COUNTER)) this.#metrics.conflict(kind);
    const refusal = conflict(current);
    if (kind === 'CAS_RACE') this.#races.set(refusal, current);
    return refusal;
  }

  /** Stores the event `numbering.conflict.detected.v1` when `error` is the refusal of a lost race. The refusal stands whether it can be stored or not. */
  async tell(error: unknown, tenantId: string): Promise<void> {
    const current = typeof error === 'object' && error !== null ? this.#races.get(error) : undefined;
    if (current === undefined) return;
    const { kind, value, state, version } = current;
    try {
      await storeEvents(this.#sql, 'numbering', [
        {
          // Of no identifier's own history: nothing of it was changed.
          aggregate: `conflict:${randomUUID()}`,
          version: 1,
          type: 'numbering.conflict.detected.v1',
          payload: { kind, value, state, version, loser: tenantId, at: new Date().toISOString() },
        },
      ]);
    } catch (failure) {
      this.#log.error({ err: failure, kind, value }, 'the event of a lost race could not be stored');
    }
  }
}
