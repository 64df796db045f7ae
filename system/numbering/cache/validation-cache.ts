/** Cached facts for ValidateLease: each entry carries the time of the read it rests on. */
import { z } from 'zod';
import type { RedisLink } from '../../kit/redis-link.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import { stateSchema, type IdentifierKey } from '../domain/identifiers.ts';
import type { LeaseFacts } from '../store/leases.ts';
import { validationKey } from './keys.ts';

export const VALIDATION_AGE_BOUND: Safeguard = {
  name: 'validation-age-bound',
  protects: 'no validation rests on a database read older than VALIDATION_MAX_AGE_MS',
};

/** Life of an entry in Redis when the age bound is off, milliseconds. */
const UNBOUND_LIFE_MS = 86_400_000;

const entrySchema = z.object({
  state: stateSchema,
  version: z.number(),
  tenantId: z.string().optional(),
  leaseId: z.string().optional(),
  validUntil: z.number().optional(),
  readAt: z.number(),
  refreshAt: z.number(),
});

/** Facts and the service's time, epoch milliseconds, just before they were read. */
export interface DatedFacts {
  readonly facts: LeaseFacts;
  readonly readAt: number;
}

/** An entry that another version of this service wrote in another form counts as absent. */
function parseEntry(text: string): z.output<typeof entrySchema> | undefined {
  try {
    return entrySchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export class ValidationCache {
  readonly #redis: RedisLink;
  readonly #safeguards: Safeguards;
  readonly #maxAgeMs: number;
  readonly #refreshMs: number;

  constructor(redis: RedisLink, safeguards: Safeguards, maxAgeMs: number, refreshMs: number) {
    this.#redis = redis;
    this.#safeguards = safeguards;
    this.#maxAgeMs = maxAgeMs;
    this.#refreshMs = refreshMs;
  }

  /**
   * The cached facts, unless they are too old; `due` says that they should be read again soon.
   * @throws RedisAway
   */
  async get(key: IdentifierKey): Promise<(DatedFacts & { due: boolean }) | undefined> {
    const text = await this.#redis.run((client) => client.get(validationKey(key)));
    if (text === null) return undefined;
    const entry = parseEntry(text);
    if (entry === undefined) return undefined;
    const { readAt, refreshAt, validUntil, ...rest } = entry;
    const now = Date.now();
    const age = now - readAt;
    if (this.#safeguards.on(VALIDATION_AGE_BOUND) && (age > this.#maxAgeMs || age < -this.#maxAgeMs)) return undefined;
    const facts: LeaseFacts = {
      state: rest.state,
      version: rest.version,
      tenantId: rest.tenantId,
      leaseId: rest.leaseId,
      validUntil: validUntil === undefined ? undefined : new Date(validUntil),
    };
    return { facts, readAt, due: now >= refreshAt };
  }

  /** Stores facts until they are too old. They are read again before that, each at a time of its own: entries made together do not end together. */
  async put(key: IdentifierKey, { facts, readAt }: DatedFacts): Promise<void> {
    const entry: z.input<typeof entrySchema> = {
      ...facts,
      validUntil: facts.validUntil?.getTime(),
      readAt,
      refreshAt: readAt + Math.round(this.#refreshMs * (1 - Math.random() / 3)),
    };
    const lifeMs = this.#safeguards.on(VALIDATION_AGE_BOUND) ? this.#maxAgeMs : UNBOUND_LIFE_MS;
    await this.#redis.attempt((client) => client.set(validationKey(key), JSON.stringify(entry), 'PX', lifeMs));
  }
}
