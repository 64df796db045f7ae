/** Assign: lease an identifier that the tenant has reserved, or an AVAILABLE one directly. */
import { randomUUID } from 'node:crypto';
import type { Sql } from '../../../kit/postgres.ts';
import { validationKey } from '../../cache/keys.ts';
import type { Place } from '../../cache/quota.ts';
import { forgetReservations } from '../../cache/reservation-mirror.ts';
import type { Identifier, IdentifierKey, Kind } from '../../domain/identifiers.ts';
import { databaseProblem, problem, tenantSuspended } from '../../domain/problems.ts';
import type { Problem } from '../../../kit/problems.ts';
import type { Safeguard } from '../../../kit/safeguards.ts';
import { insertLease } from '../../store/leases.ts';
import { isSuspended } from '../../store/recalls.ts';
import { endReservations, lockReservation, type Reservation } from '../../store/reservations.ts';
import type { Answer, App, Caller } from '../app.ts';
import { perform } from '../perform.ts';
import type { LeaseView } from '../views.ts';
import { change, checkForm, existing, freeIdentifier, freeOfPool } from './change.ts';

export const CONTRACT_CHECK: Safeguard = {
  name: 'contract-check',
  protects: 'nothing is leased under an expired contract, nor for longer than it lasts',
};

/** By reservation, by identifier, or whatever the pool of a kind has. */
export type AssignRequest = (
  | { readonly reservationId: string }
  | (IdentifierKey & { readonly version?: number | undefined; readonly reservationId?: undefined })
  | { readonly kind: Exclude<Kind, 'ALPHA'>; readonly value?: undefined; readonly reservationId?: undefined }
) & {
  /** Milliseconds; the service's LEASE_TERM_MS when absent. */
  readonly termMs?: number | undefined;
};

/** @throws Problem TENANT_SUSPENDED, LEASE_QUOTA, RESERVATION_EXPIRED, CONFLICT, NOT_AVAILABLE, QUARANTINE_ACTIVE, CONTRACT_EXPIRED, ALPHA_…, NOT_FOUND, IDEMPOTENCY_CONFLICT, UNAVAILABLE */
export async function assign(app: App, caller: Caller, request: AssignRequest): Promise<Answer<LeaseView>> {
  if (request.reservationId === undefined && request.value !== undefined) checkForm(request);
  let place: Place | undefined;
  let reservation: Reservation | undefined;
  let verificationId: string | undefined;
  return perform<LeaseView>(app, caller, {
    operation: 'assign',
    payload: request,
    async admit() {
      verificationId = await verifyAlpha(app, caller, request);
    },
    async work(sql, now) {
      if (await isSuspended(sql, caller.tenantId)) throw tenantSuspended();
      const takePlace = async (): Promise<void> => {
        place = await app.leaseQuota.take(sql, caller.tenantId, now);
        if (!place.taken) throw leaseQuota(app);
      };
      let from: Identifier;
      if (request.reservationId !== undefined) {
        ({ from, reservation } = await reservedIdentifier(app, sql, caller, request.reservationId, now));
      } else if (request.value !== undefined) {
        from = await freeIdentifier(app, sql, request, request.version);
      } else {
        // First, since it may wait for another call of the tenant, which may want the identifier that is locked here.
        await takePlace();
        from = await freeOfPool(app, sql, request.kind, now);
      }
      const validUntil = termOf(app, from, now, request.termMs);
      if (place === undefined) await takePlace();
      const { tenantId } = caller;
      const { kind, value } = from;
      const leaseId = randomUUID();
      await insertLease(sql, { id: leaseId, kind, value, tenantId, status: 'ACTIVE', validUntil }, now);
      if (reservation !== undefined) await endReservations(sql, [reservation.id], 'ASSIGNED', now);
      const version = await change(app, sql, now, {
        from,
        to: 'ASSIGNED',
        action: 'assigned',
        actor: tenantId,
        tenantId,
        leaseId,
        detail: {
          leaseId,
          validUntil: validUntil.toISOString(),
          ...(from.contract === undefined ? {} : { contractId: from.contract.id }),
          ...(reservation === undefined ? {} : { reservationId: reservation.id }),
          ...(verificationId === undefined ? {} : { verificationId }),
        },
      });
      return {
        leaseId,
        kind,
        value,
        tenantId,
        status: 'ACTIVE',
        state: 'ASSIGNED',
        version,
        validUntil: validUntil.toISOString(),
      };
    },
    async after(lease) {
      await place?.keep();
      if (reservation === undefined) await app.redis.attempt((client) => client.del(validationKey(lease)));
      else await forgetReservations(app.redis, [reservation]);
    },
    async undone() {
      await place?.giveBack();
    },
  });
}

function leaseQuota(app: App): Problem {
  const { limit } = app.leaseQuota;
  return problem('LEASE_QUOTA', `The tenant holds its ${limit} leases.`, {
    retryAfterMs: app.config.QUOTA_CACHE_TTL_MS,
    members: { limit },
  });
}

/** The end of a new lease: its term's, or that of the block's contract, whichever is earlier. @throws Problem CONTRACT_EXPIRED */
function termOf(app: App, { contract }: Identifier, now: Date, termMs: number | undefined): Date {
  const wanted = new Date(now.getTime() + (termMs ?? app.config.LEASE_TERM_MS));
  if (contract === undefined || !app.safeguards.on(CONTRACT_CHECK)) return wanted;
  const { id, until } = contract;
  if (until <= now)
    throw problem('CONTRACT_EXPIRED', `Contract ${id} ended at ${until.toISOString()}. Commerce operations renew it.`, {
      members: { contractId: id, effectiveUntil: until.toISOString() },
    });
  return until < wanted ? until : wanted;
}

async function reservedIdentifier(
  app: App,
  sql: Sql,
  caller: Caller,
  reservationId: string,
  now: Date,
): Promise<{ from: Identifier; reservation: Reservation }> {
  const reservation = await lockReservation(sql, reservationId, caller.tenantId);
  if (reservation === undefined) throw problem('NOT_FOUND', 'There is no such reservation.');
  if (reservation.status !== 'ACTIVE')
    throw problem('RESERVATION_EXPIRED', `The reservation is ${reservation.status}.`);
  if (reservation.expiresAt <= now) throw problem('RESERVATION_EXPIRED', 'The reservation is over.');
  const from = await existing(sql, reservation);
  if (from.state !== 'RESERVED' || from.reservationId !== reservationId) {
    throw app.conflicts.met('STATE', from);
  }
  return { from, reservation };
}

/** Asked before the transaction, so that no lock waits for the registry. @returns its id of a positive answer */
async function verifyAlpha(app: App, caller: Caller, request: AssignRequest): Promise<string | undefined> {
  if (request.reservationId === undefined)
    return request.kind === 'ALPHA' ? app.alpha.verify(caller.tenantId, request.value) : undefined;
  let value: string | undefined;
  try {
    const found = await app.pool.query<{ value: string }>(
      `SELECT value FROM numbering.reservations WHERE id = $1 AND tenant_id = $2 AND kind = 'ALPHA'`,
      [request.reservationId, caller.tenantId],
    );
    value = found.rows[0]?.value;
  } catch (error) {
    throw databaseProblem(error);
  }
  return value === undefined ? undefined : app.alpha.verify(caller.tenantId, value);
}
