/** Releases reservations that are over: the one piece of work behind the listener, the safety-net cron and the manual trigger. */
import type pg from 'pg';
import { inTransaction } from '../../kit/postgres.ts';
import type { RedisLink } from '../../kit/redis-link.ts';
import type { Safeguards } from '../../kit/safeguards.ts';
import { forgetReservations } from '../cache/reservation-mirror.ts';
import { makeChanges, type Change } from '../store/changes.ts';
import { readIdentifiers } from '../store/identifiers.ts';
import { endReservations, lockExpired, type Reservation } from '../store/reservations.ts';
import { subjectOf } from '../domain/identifiers.ts';

const ACTOR = 'job:reservation-cleanup';

export class ReleaseExpired {
  readonly #pool: pg.Pool;
  readonly #redis: RedisLink;
  readonly #safeguards: Safeguards;
  readonly #batch: number;

  constructor(pool: pg.Pool, redis: RedisLink, safeguards: Safeguards, batch: number) {
    this.#pool = pool;
    this.#redis = redis;
    this.#safeguards = safeguards;
    this.#batch = batch;
  }

  /** Releases all that are over, or those among `ids`, in batches, the oldest first. @returns how many were released */
  async run(ids?: readonly string[]): Promise<number> {
    let released = 0;
    for (;;) {
      const batch = await inTransaction(this.#pool, async (sql) => {
        const { reservations: expired, at } = await lockExpired(sql, this.#batch, ids);
        if (at === undefined) return expired;
        const identifiers = await readIdentifiers(sql, expired);
        const changes = expired.flatMap((reservation): Change[] => {
          const from = identifiers.get(subjectOf(reservation));
          if (from === undefined || from.state !== 'RESERVED' || from.reservationId !== reservation.id) return [];
          const detail = { reservationId: reservation.id, expiresAt: reservation.expiresAt.toISOString() };
          return [{ from, to: 'AVAILABLE', action: 'reservation-expired', actor: ACTOR, detail }];
        });
        const ended = expired.map((reservation: Reservation) => reservation.id);
        await endReservations(sql, ended, 'EXPIRED', at);
        await makeChanges(sql, this.#safeguards, at, changes);
        return expired;
      });
      await forgetReservations(this.#redis, batch);
      released += batch.length;
      if (batch.length < this.#batch) return released;
    }
  }
}
