/** What the use cases share: stores, caches, limits, safeguards. Made once in main.ts. */
import type pg from 'pg';
import type { IdempotencyStore } from '../../kit/idempotency.ts';
import type { Logger } from '../../kit/logging.ts';
import type { ObjectStore } from '../../kit/object-store.ts';
import type { RedisLink } from '../../kit/redis-link.ts';
import type { Safeguards } from '../../kit/safeguards.ts';
import type { Regional } from '../regional/regional.ts';
import type { DueNudge } from '../cache/due-nudge.ts';
import type { Quota } from '../cache/quota.ts';
import type { ReserveRate } from '../cache/reserve-rate.ts';
import type { ValidationCache } from '../cache/validation-cache.ts';
import type { BurstSignals } from './burst-signals.ts';
import type { Conflicts } from './conflicts.ts';
import type { ExportParts } from '../exports/generate.ts';
import type { AlphaVerifier } from './alpha-verifier.ts';
import type { ServiceConfig } from './config.ts';
import type { Metrics } from './metrics.ts';

export interface App {
  readonly config: ServiceConfig;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly safeguards: Safeguards;
  readonly pool: pg.Pool;
  readonly regional: Regional;
  readonly redis: RedisLink;
  readonly validations: ValidationCache;
  readonly dueNudge: DueNudge;
  readonly reservationQuota: Quota;
  readonly leaseQuota: Quota;
  readonly reserveRate: ReserveRate;
  readonly idempotency: IdempotencyStore;
  readonly alpha: AlphaVerifier;
  readonly conflicts: Conflicts;
  readonly bursts: BurstSignals;
  readonly objects: ObjectStore;
  readonly exports: ExportParts;
}

/** Who calls, and the key under which the call has one effect. */
export interface Caller {
  readonly tenantId: string;
  readonly idempotencyKey?: string | undefined;
}

/** The answer of a changing call. */
export interface Answer<T> {
  readonly body: T;
  /** True when this is the stored answer of an earlier call with the same key. */
  readonly replayed: boolean;
}
