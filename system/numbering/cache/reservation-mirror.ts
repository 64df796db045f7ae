/**
 * Reservations mirrored in Redis. Two keys for each: `num:res:<id>` tells who holds what, and the empty `num:due:<id>` whose expiry event starts
 * the cleanup (an event carries the key's name only, and the mirror may be gone by then). Both live as long as the reservation.
 */
import type { ChainableCommander } from 'ioredis';
import { transactionResults, type RedisLink } from '../../kit/redis-link.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import type { Reservation } from '../store/reservations.ts';
import type { DueNudge } from './due-nudge.ts';
import { dueKey, mirrorKey, MIRROR_PREFIX, quotaKey, validationKey } from './keys.ts';

export const RESERVATION_KEY_TTL: Safeguard = {
  name: 'reservation-key-ttl',
  protects: 'mirror keys of reservations end by themselves',
};

/** Writes the keys of a reservation as part of `transaction`. Does nothing for a reservation that is over. */
export function mirrorReservation(
  transaction: ChainableCommander,
  safeguards: Safeguards,
  reservation: Reservation,
  now: Date,
): void {
  const lifeMs = reservation.expiresAt.getTime() - now.getTime();
  if (lifeMs <= 0) return;
  const value = `${reservation.tenantId}|${reservation.kind}|${reservation.value}`;
  if (safeguards.on(RESERVATION_KEY_TTL)) transaction.set(mirrorKey(reservation.id), value, 'PX', lifeMs);
  else transaction.set(mirrorKey(reservation.id), value);
  transaction.set(dueKey(reservation.id), '', 'PX', lifeMs);
}

/** Mirrors a reservation that was just made, forgets what was cached of its identifier, and sees to it that its expiry event comes on time. */
export async function mirrorMade(
  redis: Pick<RedisLink, 'attempt'>,
  safeguards: Safeguards,
  dueNudge: Pick<DueNudge, 'add'>,
  reservation: Reservation,
): Promise<void> {
  const now = new Date();
  const mirrored = await redis.attempt(async (client) => {
    const transaction = client.multi();
    mirrorReservation(transaction, safeguards, reservation, now);
    return transactionResults(await transaction.del(validationKey(reservation)).exec());
  });
  // Counted from the answer: the key's life began when Redis carried out the command, however slow the way there was.
  if (mirrored !== undefined) dueNudge.add(reservation.id, reservation.expiresAt.getTime() - now.getTime());
}

/** Forgets reservations that are over, what was cached of their identifiers and their tenants' counters. */
export async function forgetReservations(redis: RedisLink, reservations: readonly Reservation[]): Promise<void> {
  if (reservations.length === 0) return;
  const keys = new Set(
    reservations.flatMap((reservation) => [
      mirrorKey(reservation.id),
      dueKey(reservation.id),
      validationKey(reservation),
      quotaKey('reservations', reservation.tenantId),
    ]),
  );
  await redis.attempt((client) => client.del(...keys));
}

/** Ids of all mirrored reservations. A key that comes or goes meanwhile may be missed. */
export async function mirroredIds(redis: RedisLink): Promise<Set<string>> {
  const ids = new Set<string>();
  let cursor = '0';
  do {
    const at = cursor;
    const [next, keys] = await redis.run((client) => client.scan(at, 'MATCH', `${MIRROR_PREFIX}*`, 'COUNT', 500));
    for (const key of keys) ids.add(key.slice(MIRROR_PREFIX.length));
    cursor = next;
  } while (cursor !== '0');
  return ids;
}

/** Writes the keys of `missing` and deletes the mirror keys of `stale`. */
export async function repairMirror(
  redis: RedisLink,
  safeguards: Safeguards,
  now: Date,
  missing: readonly Reservation[],
  stale: readonly string[],
): Promise<void> {
  if (missing.length === 0 && stale.length === 0) return;
  await redis.run(async (client) => {
    const transaction = client.multi();
    for (const reservation of missing) mirrorReservation(transaction, safeguards, reservation, now);
    if (stale.length > 0) transaction.del(...stale.map(mirrorKey));
    if (transaction.length > 1) transactionResults(await transaction.exec());
  });
}
