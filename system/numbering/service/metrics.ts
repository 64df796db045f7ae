/** Metrics of numbering-service. What alert rules use exists from the start with value 0. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { SlidingRatio } from '../../kit/sliding-ratio.ts';

/** Why a validation was answered UNAVAILABLE. */
export type UnavailableReason = 'pg_down' | 'redis_down';

/** CAS_RACE: the version that the caller decided on is gone. STATE: the identifier was not free when it was looked at. */
export type ConflictKind = 'CAS_RACE' | 'STATE';

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics(registry: Registry, ratioWindowMs: number) {
  const registers = [registry];
  const ratio = new SlidingRatio(ratioWindowMs);
  const hitRatio = new Gauge({
    name: 'numbering_redis_cache_hit_ratio',
    help: `Share of ValidateLease calls answered from the Redis cache in the last ${ratioWindowMs} ms; absent without calls`,
    registers: [],
    collect() {
      const value = ratio.value();
      if (value === undefined) this.remove();
      else this.set(value);
    },
  });
  registry.registerMetric(hitRatio);
  const cacheHits = new Counter({
    name: 'numbering_validate_lease_cache_hits_total',
    help: 'ValidateLease calls answered from the Redis cache',
    registers,
  });
  const cacheMisses = new Counter({
    name: 'numbering_validate_lease_cache_misses_total',
    help: 'ValidateLease calls that the Redis cache could not answer, Redis being away included',
    registers,
  });
  const validateDuration = new Histogram({
    name: 'numbering_validate_lease_duration_seconds',
    help: 'Duration of ValidateLease inside the service',
    buckets: [0.001, 0.002, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.5, 1],
    registers,
  });
  const unavailable = new Counter({
    name: 'numbering_validate_lease_unavailable_total',
    help: 'ValidateLease calls answered UNAVAILABLE',
    labelNames: ['reason'],
    registers,
  });
  const redisErrors = new Counter({
    name: 'numbering_redis_connection_errors_total',
    help: 'Failed connections, commands and probes of Redis; a late answer counts when it is one of several in a row',
    registers,
  });
  const idempotencyConflicts = new Counter({
    name: 'numbering_idempotency_conflict_total',
    help: 'Requests refused because their Idempotency-Key belongs to another payload',
    registers,
  });
  const conflicts = new Counter({
    name: 'numbering_conflict_detected_total',
    help: 'Changes refused with CONFLICT',
    labelNames: ['kind'],
    registers,
  });
  const rateLimited = new Counter({
    name: 'numbering_reserve_rate_limited_total',
    help: 'Reserve calls refused with RATE_LIMITED',
    registers,
  });
  const alphaDuration = new Histogram({
    name: 'numbering_alpha_verify_duration_seconds',
    help: 'Duration of IsVerified at sender-id-registry, as the service sees it, unanswered calls included',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2],
    registers,
  });
  const alphaErrors = new Counter({
    name: 'numbering_alpha_verify_errors_total',
    help: 'Calls of IsVerified that ended without an answer of sender-id-registry',
    registers,
  });
  const burstSignals = new Counter({
    name: 'numbering_burst_signals_total',
    help: 'Attempts to tell fraud-intel of a RESERVATION_BURST, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['sent', 'failed']) burstSignals.inc({ outcome }, 0);
  const requests = new Counter({
    name: 'numbering_requests_total',
    help: 'Calls by operation and code (OK or the code of the problem)',
    labelNames: ['operation', 'code'],
    registers,
  });
  const imports = new Counter({
    name: 'numbering_lease_import_batches_total',
    help: 'Files of operators that were rejected when they were uploaded',
    labelNames: ['status'],
    registers,
  });
  imports.inc({ status: 'FAILED' }, 0);
  for (const reason of ['pg_down', 'redis_down'] satisfies UnavailableReason[]) unavailable.inc({ reason }, 0);
  for (const kind of ['CAS_RACE', 'STATE'] satisfies ConflictKind[]) conflicts.inc({ kind }, 0);
  return {
    /** A lookup of the cache has ended. */
    cacheLookup(hit: boolean): void {
      ratio.record(hit);
      (hit ? cacheHits : cacheMisses).inc();
    },
    validated: (seconds: number) => validateDuration.observe(seconds),
    unavailable: (reason: UnavailableReason) => unavailable.inc({ reason }),
    redisError: () => redisErrors.inc(),
    idempotencyConflict: () => idempotencyConflicts.inc(),
    conflict: (kind: ConflictKind) => conflicts.inc({ kind }),
    burstSignal: (outcome: 'sent' | 'failed') => burstSignals.inc({ outcome }),
    rateLimited: () => rateLimited.inc(),
    importRejected: () => imports.inc({ status: 'FAILED' }),
    /** A call of IsVerified has ended. */
    alphaVerified(seconds: number, answered: boolean): void {
      alphaDuration.observe(seconds);
      if (!answered) alphaErrors.inc();
    },
    request: (operation: string, code: string) => requests.inc({ operation, code }),
  };
}
