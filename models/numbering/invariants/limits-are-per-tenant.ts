import type { Invariant, Ms, Operation, Violation } from '../../../contract/index.ts';

/** The document's limits: Reserve calls let through in any minute, and active reservations. */
const RATE: { readonly limit: number; readonly windowMs: Ms } = { limit: 60, windowMs: 60_000 };
const QUOTA = 20;

/**
 * One tenant's limits and penalties never change another tenant's answers: whoever is refused by a limit has, by its own
 * calls alone, come to it. What a tenant may have done counts for it, so that every violation is a certain one.
 */
export const invariant: Invariant = {
  name: 'limits-are-per-tenant',
  check({ operations }) {
    const reserves = operations.filter(({ name }) => name === 'reserve');
    const tenants = new Set(reserves.map(tenantOf));
    return {
      // Nothing is shown by one tenant alone.
      examined: tenants.size > 1 ? reserves.length : 0,
      violations: limitViolations(operations, RATE, QUOTA),
    };
  },
  plant(evidence) {
    const model = evidence.operations.findLast(({ name, outcome }) => name === 'reserve' && outcome === 'ok');
    if (model === undefined) return evidence;
    const { result: _made, ...asked } = model;
    const planted: Operation = {
      ...asked,
      id: -1,
      input: { ...model.input, tenantId: 'planted' },
      outcome: 'fail',
      error: 'RATE_LIMITED',
    };
    return { ...evidence, operations: [...evidence.operations, planted] };
  },
};

/**
 * Refusals by a limit to which the tenant cannot have come: by the rate of Reserve, and by the quota of reservations.
 *
 * @param leftCount whether a call that was refused may have left its count behind: Redis counted it and could not be told otherwise
 */
export function limitViolations(
  operations: readonly Operation[],
  rate: { readonly limit: number; readonly windowMs: Ms },
  quota: number,
  leftCount: (refused: Operation) => boolean = () => false,
): readonly Violation[] {
  const reserves = operations.filter(({ name }) => name === 'reserve');
  const byTenant = Map.groupBy(reserves, tenantOf);
  const limits = limitsOf(rate, quota, leftCount);
  return reserves.flatMap((operation): Violation[] => {
    const limit = limits[operation.error ?? ''];
    if (limit === undefined) return [];
    const own = limit(operation, byTenant.get(tenantOf(operation)) ?? []);
    if (own.atMost >= own.needed) return [];
    const what = `${tenantOf(operation)} was told ${operation.error} after at most ${own.atMost} of its own (${own.what})`;
    return [{ at: operation.invokedAt, what }];
  });
}

interface Own {
  /** What the tenant may have had by its own calls, at most. */
  readonly atMost: number;
  readonly needed: number;
  readonly what: string;
}

const limitsOf = (
  rate: { readonly limit: number; readonly windowMs: Ms },
  quota: number,
  leftCount: (refused: Operation) => boolean,
): Readonly<Record<string, (refused: Operation, own: readonly Operation[]) => Own>> => ({
  RATE_LIMITED: (refused, own) => {
    // Of calls at once each may have been counted for a moment, also those that were refused.
    const counted = own.filter(
      (call) =>
        call.id !== refused.id &&
        call.invokedAt < endOf(refused) &&
        endOf(call) > refused.invokedAt - (call.error === 'RATE_LIMITED' && !leftCount(call) ? 0 : rate.windowMs),
    );
    return { atMost: counted.length, needed: rate.limit, what: 'calls in a minute' };
  },
  RESERVATION_QUOTA: (refused, own) => {
    const held = own.filter(
      (call) =>
        call.id !== refused.id &&
        (call.outcome !== 'fail' || endOf(call) > refused.invokedAt) &&
        call.invokedAt < endOf(refused) &&
        endOf(call) + Number(call.input['ttlMs']) + QUOTA_LATE_MS > refused.invokedAt,
    );
    return { atMost: held.length, needed: quota, what: 'reservations' };
  },
});

/** Counters in Redis are up to 10 s old (QUOTA_CACHE_TTL_MS), and a refusal leaves its count behind for as long. */
const QUOTA_LATE_MS: Ms = 20_000;

const tenantOf = ({ input }: Operation): string => String(input['tenantId']);
const endOf = ({ completedAt = Infinity }: Operation): Ms => completedAt;
