/** Reserve: hold an AVAILABLE identifier for a tenant for a time. And its undoing, the release of a reservation. */
import { randomUUID } from 'node:crypto';
import { forgetReservations, mirrorMade } from '../../cache/reservation-mirror.ts';
import type { Place } from '../../cache/quota.ts';
import type { IdentifierKey } from '../../domain/identifiers.ts';
import { problem } from '../../domain/problems.ts';
import { endReservations, insertReservation, lockReservation, type Reservation } from '../../store/reservations.ts';
import type { Answer, App, Caller } from '../app.ts';
import { perform } from '../perform.ts';
import type { IdentifierView, ReservationView } from '../views.ts';
import { change, checkForm, existing, freeIdentifier } from './change.ts';

export interface ReserveRequest extends IdentifierKey {
  /** Version the caller believes current. */
  readonly version?: number | undefined;
  /** Milliseconds; the service's RESERVATION_TTL_MS when absent. */
  readonly ttlMs?: number | undefined;
}

/** @throws Problem RATE_LIMITED, RESERVATION_QUOTA, CONFLICT, QUARANTINE_ACTIVE, NOT_FOUND, IDEMPOTENCY_CONFLICT, UNAVAILABLE */
export async function reserve(app: App, caller: Caller, request: ReserveRequest): Promise<Answer<ReservationView>> {
  checkForm(request);
  const { RESERVATION_TTL_MS, RESERVATION_TTL_MAX_MS } = app.config;
  const ttlMs = request.ttlMs ?? RESERVATION_TTL_MS;
  if (ttlMs > RESERVATION_TTL_MAX_MS)
    throw problem('INVALID_REQUEST', `ttlMs must be at most ${RESERVATION_TTL_MAX_MS}`);
  let place: Place | undefined;
  return perform<ReservationView>(app, caller, {
    operation: 'reserve',
    payload: request,
    async admit() {
      const retryAfterMs = await app.reserveRate.count(caller.tenantId);
      if (retryAfterMs === undefined) return;
      app.metrics.rateLimited();
      const { limit } = app.reserveRate;
      app.bursts.refused(caller.tenantId, limit + 1);
      throw problem('RATE_LIMITED', `More than ${limit} Reserve calls in the window.`, {
        retryAfterMs,
        members: { limit },
      });
    },
    async work(sql, now) {
      const identifier = await freeIdentifier(app, sql, request, request.version);
      place = await app.reservationQuota.take(sql, caller.tenantId, now);
      if (!place.taken) {
        const { limit } = app.reservationQuota;
        throw problem('RESERVATION_QUOTA', `The tenant holds its ${limit} reservations.`, {
          retryAfterMs: app.config.QUOTA_CACHE_TTL_MS,
          members: { limit },
        });
      }
      const reservationId = randomUUID();
      const expiresAt = new Date(now.getTime() + ttlMs);
      const version = await change(app, sql, now, {
        from: identifier,
        to: 'RESERVED',
        action: 'reserved',
        actor: caller.tenantId,
        tenantId: caller.tenantId,
        reservationId,
        detail: { reservationId, expiresAt: expiresAt.toISOString() },
      });
      const { kind, value } = request;
      const { tenantId } = caller;
      await insertReservation(sql, { id: reservationId, kind, value, tenantId, status: 'ACTIVE', expiresAt }, now);
      return { reservationId, kind, value, tenantId, state: 'RESERVED', version, expiresAt: expiresAt.toISOString() };
    },
    async after(made) {
      await place?.keep();
      await mirrorMade(app.redis, app.safeguards, app.dueNudge, {
        ...made,
        id: made.reservationId,
        status: 'ACTIVE',
        expiresAt: new Date(made.expiresAt),
      });
    },
    async undone() {
      await place?.giveBack();
    },
  });
}

/** Ends a reservation before its time; the identifier is AVAILABLE again. @throws Problem NOT_FOUND, RESERVATION_EXPIRED, … */
export async function releaseReservation(
  app: App,
  caller: Caller,
  reservationId: string,
): Promise<Answer<IdentifierView>> {
  let ended: Reservation | undefined;
  return perform<IdentifierView>(app, caller, {
    operation: 'release-reservation',
    payload: { reservationId },
    async work(sql, now) {
      const reservation = await lockReservation(sql, reservationId, caller.tenantId);
      if (reservation === undefined) throw problem('NOT_FOUND', 'There is no such reservation.');
      if (reservation.status !== 'ACTIVE')
        throw problem('RESERVATION_EXPIRED', `The reservation is ${reservation.status}.`);
      const identifier = await existing(sql, reservation);
      const version = await change(app, sql, now, {
        from: identifier,
        to: 'AVAILABLE',
        action: 'reservation-released',
        actor: caller.tenantId,
        detail: { reservationId },
      });
      await endReservations(sql, [reservationId], 'RELEASED', now);
      ended = reservation;
      return { kind: identifier.kind, value: identifier.value, state: 'AVAILABLE', version };
    },
    async after() {
      if (ended !== undefined) await forgetReservations(app.redis, [ended]);
    },
  });
}
