/** Names of the keys in Redis. */
import type { IdentifierKey } from '../domain/identifiers.ts';
import type { Holding } from '../store/holdings.ts';

export const MIRROR_PREFIX = 'num:res:';
export const DUE_PREFIX = 'num:due:';

/** Mirror of a reservation. */
export const mirrorKey = (reservationId: string): string => `${MIRROR_PREFIX}${reservationId}`;
/** Its expiry is the signal that a reservation is over. */
export const dueKey = (reservationId: string): string => `${DUE_PREFIX}${reservationId}`;
/** Cached validation. */
export const validationKey = (key: IdentifierKey): string => `num:val:${key.kind}:${key.value}`;
/** Counter of what a tenant holds. */
export const quotaKey = (holding: Holding, tenantId: string): string =>
  `num:quota:${holding === 'reservations' ? 'res' : 'lease'}:${tenantId}`;
/** Calls of a tenant in the present window. */
export const reserveRateKey = (tenantId: string): string => `num:rate:reserve:${tenantId}`;
/** Copy of a stored answer. */
export const replayKey = (tenantId: string, key: string): string => `num:idem:${tenantId}:${key}`;
