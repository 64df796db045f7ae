/**
 * ValidateLease, the hot path: may this tenant send from this identifier now? From the cache while an entry is young enough, else from PostgreSQL;
 * PostgreSQL directly while Redis is away; UNAVAILABLE when neither can answer, never a guess.
 */
import { RedisAway } from '../../../kit/redis-link.ts';
import type { Safeguard } from '../../../kit/safeguards.ts';
import { isDatabaseAway } from '../../../kit/postgres.ts';
import type { DatedFacts } from '../../cache/validation-cache.ts';
import { subjectOf, type IdentifierKey } from '../../domain/identifiers.ts';
import { unavailable } from '../../domain/problems.ts';
import { readLeaseFacts, type LeaseFacts } from '../../store/leases.ts';
import type { App } from '../app.ts';
import type { ValidationView } from '../views.ts';
import { checkForm } from './change.ts';

export const POSTGRES_FALLBACK: Safeguard = {
  name: 'postgres-fallback',
  protects: 'validations are read from PostgreSQL while Redis is away',
};

/** Validations in one process; knows which identifiers are being read again in the background. */
export class ValidateLease {
  readonly #app: App;
  readonly #refreshing = new Set<string>();

  constructor(app: App) {
    this.#app = app;
  }

  /** @throws Problem INVALID_REQUEST, UNAVAILABLE */
  async validate(tenantId: string, key: IdentifierKey): Promise<ValidationView> {
    checkForm(key);
    const start = performance.now();
    try {
      return await this.#answer(tenantId, key);
    } finally {
      this.#app.metrics.validated((performance.now() - start) / 1000);
    }
  }

  async #answer(tenantId: string, key: IdentifierKey): Promise<ValidationView> {
    const { metrics, safeguards, validations } = this.#app;
    try {
      const cached = await validations.get(key);
      metrics.cacheLookup(cached !== undefined);
      if (cached !== undefined) {
        if (cached.due) void this.#refresh(key);
        return judge(tenantId, key, cached, 'cache');
      }
    } catch (error) {
      if (!(error instanceof RedisAway)) throw error;
      metrics.cacheLookup(false);
      if (!safeguards.on(POSTGRES_FALLBACK)) {
        metrics.unavailable('redis_down');
        throw unavailable('The lease cannot be validated now. Try again shortly.', error);
      }
    }
    return judge(tenantId, key, await this.#read(key), 'database');
  }

  async #read(key: IdentifierKey): Promise<{ facts: LeaseFacts | undefined; readAt: number }> {
    const { metrics, regional, redis } = this.#app;
    const readAt = Date.now();
    let facts: LeaseFacts | undefined;
    try {
      facts = await readLeaseFacts(regional.hotPath, key);
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      metrics.unavailable('pg_down');
      throw unavailable('The lease cannot be validated now. Try again shortly.', error);
    }
    // Identifiers that do not exist are not cached: their number has no bound.
    if (facts !== undefined && redis.usable) void this.#store(key, { facts, readAt });
    return { facts, readAt };
  }

  /** Reads an entry again before it is too old. A failure changes nothing: the entry serves until its age is over. */
  async #refresh(key: IdentifierKey): Promise<void> {
    const subject = subjectOf(key);
    if (this.#refreshing.has(subject)) return;
    this.#refreshing.add(subject);
    try {
      const readAt = Date.now();
      const facts = await readLeaseFacts(this.#app.regional.hotPath, key);
      if (facts !== undefined) await this.#app.validations.put(key, { facts, readAt });
    } catch (error) {
      this.#app.log.debug({ err: error }, 'a cached validation could not be refreshed');
    } finally {
      this.#refreshing.delete(subject);
    }
  }

  async #store(key: IdentifierKey, dated: DatedFacts): Promise<void> {
    try {
      await this.#app.validations.put(key, dated);
    } catch (error) {
      this.#app.log.warn({ err: error }, 'a validation could not be cached');
    }
  }
}

function judge(
  tenantId: string,
  key: IdentifierKey,
  { facts, readAt }: { facts: LeaseFacts | undefined; readAt: number },
  source: ValidationView['source'],
): ValidationView {
  const now = Date.now();
  const base = { kind: key.kind, value: key.value, source, readAgeMs: Math.max(0, now - readAt) };
  if (facts === undefined) return { valid: false, reason: 'UNKNOWN_IDENTIFIER', ...base };
  const { version, leaseId, validUntil } = facts;
  if (leaseId === undefined || validUntil === undefined)
    return { valid: false, reason: 'NOT_LEASED', version, ...base };
  if (facts.tenantId !== tenantId) return { valid: false, reason: 'OTHER_TENANT', version, ...base };
  const lease = { tenantId, leaseId, validUntil: validUntil.toISOString(), version };
  if (validUntil.getTime() <= now) return { valid: false, reason: 'LEASE_EXPIRED', ...lease, ...base };
  return { valid: true, ...lease, ...base };
}
