import type { CaseFailure, Explored, Ms, Operation } from '../../../contract/index.ts';
import { certainHolds } from '../invariants/holds.ts';
import { limitViolations } from '../invariants/limits-are-per-tenant.ts';
import { quiet, untouched } from './quiet.ts';

/** What the topology `core+limits` sets in place of the document's 20, 10,000, 60 in a minute, and 60 s for a read that is read again after 30. */
export const LIMITS = {
  reservations: 2,
  leases: 3,
  reserves: 4,
  windowMs: 10_000,
  readAgeMs: 8000,
  readAgainMs: 4000,
} as const;
const TOPOLOGY = 'core+limits';

/**
 * A tenant gets what its limits leave it and nothing more: whoever is refused has come to a limit by its own calls. Where no two calls of a tenant overlap, nobody
 * holds more than its quota, whatever is broken, or is let through more often than its rate before anything is. No validation rests on an older read than it may.
 */
export function limits(explored: Explored): readonly CaseFailure[] {
  const { operations, case: drawn } = explored;
  if (drawn.topology !== TOPOLOGY) return [];
  const rate = { limit: LIMITS.reserves, windowMs: LIMITS.windowMs };
  const refused = limitViolations(operations, rate, LIMITS.reservations, leftCount(explored)).map((violation) => ({
    check: 'answers:refused-within-limits',
    ...violation,
  }));
  // A place is given back by a service that lives, to a Redis that answers; what becomes of PostgreSQL is what it is given back for.
  const counted = quiet(explored, ({ kind, targets }) => targets.includes('redis') || kind.startsWith('process.'));
  return [
    ...refused,
    ...leaseQuota(operations),
    ...placesLost(counted, operations),
    ...beyondQuota(untouched(explored, countsAgree)),
    ...beyondRate(quiet(explored)),
    ...tooOld(operations),
  ];
}

/** A call that was refused while Redis did not answer in time, or whose service was broken, may be counted there all the same. */
const leftCount =
  ({ faults, case: drawn }: Explored) =>
  (refused: Operation): boolean =>
    drawn.slowLinks.some(({ from, to }) => [from, to].includes('redis')) ||
    faults.some(
      ({ planned: { kind, targets }, skipped, injectedAt, healedAt = Infinity }) =>
        skipped === undefined &&
        (targets.includes('redis') || kind.startsWith('process.')) &&
        injectedAt <= endOf(refused) &&
        healedAt >= refused.invokedAt,
    );

/** What a call is told that it has is in PostgreSQL, and all count there or all in Redis, but where one of the services is cut off from that. */
const countsAgree = (targets: readonly string[]): boolean => targets.length === 1 || !targets.includes('redis');

/** A count is up to so old, of what ended by itself (QUOTA_CACHE_TTL_MS, and the job's time). */
const COUNT_LATE_MS: Ms = 15_000;

/** By which calls a place is taken and freed, and for how long it may stay so. */
const PLACES: Readonly<
  Record<string, { readonly by: string; readonly id: string; readonly ends: readonly string[]; readonly quota: number }>
> = {
  RESERVATION_QUOTA: {
    by: 'reserve',
    id: 'reservationId',
    ends: ['release-reservation', 'assign'],
    quota: LIMITS.reservations,
  },
  LEASE_QUOTA: { by: 'assign', id: 'leaseId', ends: ['release', 'recall'], quota: LIMITS.leases },
};

/** Somebody was refused although its places were free: a call that failed or what has ended goes on to count. */
function placesLost(judged: readonly Operation[], operations: readonly Operation[]): readonly CaseFailure[] {
  return judged.flatMap((refused): CaseFailure[] => {
    const place = PLACES[refused.error ?? ''];
    if (place === undefined) return [];
    const { by, id, ends, quota } = place;
    const free = new Set(
      operations.flatMap(({ name, outcome, input, completedAt = Infinity }) =>
        ends.includes(name) && outcome === 'ok' && completedAt < refused.invokedAt ? [input[id]] : [],
      ),
    );
    const taken = operations.filter(
      (other) =>
        other !== refused &&
        other.name === by &&
        other.input['tenantId'] === refused.input['tenantId'] &&
        other.invokedAt < endOf(refused) &&
        // Under way at the same time, or made and neither ended nor over.
        (endOf(other) > refused.invokedAt ||
          (other.outcome !== 'fail' &&
            other.result?.['replayed'] !== true &&
            !free.has(other.result?.[id]) &&
            endOf(other) + Number(other.input['ttlMs'] ?? Infinity) + COUNT_LATE_MS > refused.invokedAt)),
    );
    if (taken.length >= quota) return [];
    const what = `operation ${refused.id}: ${String(refused.input['tenantId'])} was told ${refused.error}, and has at most ${taken.length} of ${quota}`;
    return [{ check: 'answers:places-given-back', what, at: refused.invokedAt }];
  });
}

/** Counters are up to 10 s old, and whoever is refused leaves its count behind for as long. */
const LATE_MS: Ms = 20_000;

/** A lease was refused to a tenant that cannot have had so many: all that it may have had is counted, also what it gave back shortly before. */
function leaseQuota(operations: readonly Operation[]): readonly CaseFailure[] {
  const ended = (lease: unknown, by: Ms): boolean =>
    operations.some(
      ({ name, outcome, input, completedAt = Infinity }) =>
        (name === 'release' || name === 'recall') && outcome === 'ok' && input['leaseId'] === lease && completedAt < by,
    ) &&
    !operations.some(
      ({ name, outcome, input }) => name === 'reinstate' && outcome !== 'fail' && input['leaseId'] === lease,
    );
  return operations.flatMap((refused): CaseFailure[] => {
    if (refused.error !== 'LEASE_QUOTA') return [];
    const since = refused.invokedAt - LATE_MS;
    const own = operations.filter(
      (other) =>
        other !== refused &&
        other.name === 'assign' &&
        other.input['tenantId'] === refused.input['tenantId'] &&
        other.invokedAt < endOf(refused) &&
        (other.outcome !== 'fail' || endOf(other) > since) &&
        !ended(other.result?.['leaseId'], since),
    );
    if (own.length >= LIMITS.leases) return [];
    const what = `operation ${refused.id}: ${String(refused.input['tenantId'])} was told LEASE_QUOTA after at most ${own.length} leases of its own`;
    return [{ check: 'answers:refused-within-limits', what, at: refused.invokedAt }];
  });
}

/** Of reservations and leases that a tenant certainly holds at once there are too many, although its calls came one after the other. */
function beyondQuota(operations: readonly Operation[]): readonly CaseFailure[] {
  const holds = Map.groupBy(
    certainHolds(operations).filter(({ by }) => by.result?.['replayed'] !== true),
    ({ tenantId, by }) => `${by.name} ${tenantId}`,
  );
  return [...holds.values()].flatMap((own) =>
    own.flatMap((last): CaseFailure[] => {
      const quota = last.by.name === 'reserve' ? LIMITS.reservations : LIMITS.leases;
      const held = own.filter(({ from, to }) => from <= last.from && to > last.from);
      if (
        held.length <= quota ||
        overlap(
          held.map(({ by }) => by),
          operations,
        )
      )
        return [];
      return [
        {
          check: 'answers:quota-held',
          what: `operation ${last.by.id}: ${last.tenantId} holds ${held.length} by ${last.by.name}, and its quota is ${quota}`,
          at: last.from,
        },
      ];
    }),
  );
}

/** One of them was under way together with another change of its tenant. */
function overlap(of: readonly Operation[], operations: readonly Operation[]): boolean {
  return of.some((one) =>
    operations.some(
      (other) =>
        other !== one &&
        other.input['tenantId'] === one.input['tenantId'] &&
        other.invokedAt <= endOf(one) &&
        endOf(other) >= one.invokedAt,
    ),
  );
}

/** More Reserve calls than the rate allows were let through in less than its window, one after the other. What is answered from its key is not counted. */
function beyondRate(operations: readonly Operation[]): readonly CaseFailure[] {
  const through = operations.filter(
    ({ name, outcome, error, result }) =>
      name === 'reserve' && outcome !== 'info' && error !== 'RATE_LIMITED' && result?.['replayed'] !== true,
  );
  return [...Map.groupBy(through, ({ input }) => String(input['tenantId']))].flatMap(([tenant, calls]) =>
    calls.flatMap((last, i): CaseFailure[] => {
      const first = calls[i - LIMITS.reserves];
      if (first === undefined || endOf(last) - first.invokedAt >= LIMITS.windowMs) return [];
      return [
        {
          check: 'answers:rate-held',
          what: `operation ${last.id}: ${tenant} was let through ${LIMITS.reserves + 1} times in ${Math.round(endOf(last) - first.invokedAt)} ms`,
          at: last.invokedAt,
        },
      ];
    }),
  );
}

function tooOld(operations: readonly Operation[]): readonly CaseFailure[] {
  return operations.flatMap(({ id, name, outcome, result, invokedAt }): CaseFailure[] => {
    const age = Number(result?.['readAgeMs']);
    if (name !== 'validate' || outcome !== 'ok' || age <= LIMITS.readAgeMs) return [];
    const what = `operation ${id}: a validation rests on a read ${age} ms old, and ${LIMITS.readAgeMs} ms are allowed`;
    return [{ check: 'answers:read-age-bound', what, at: invokedAt }];
  });
}

const endOf = ({ completedAt = Infinity }: Operation): Ms => completedAt;
