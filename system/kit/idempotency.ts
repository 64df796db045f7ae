/**
 * Idempotency keys, durable in PostgreSQL and written in the transaction of their effect: of two requests with one key the second waits for
 * the first's commit, then gets its answer or a refusal.
 */
import { createHash } from 'node:crypto';
import type { Safeguard, Safeguards } from './safeguards.ts';
import type { Sql } from './postgres.ts';

export const IDEMPOTENCY_PAYLOAD_HASH: Safeguard = {
  name: 'idempotency-payload-hash',
  protects: 'a key that comes again with another payload is refused',
};

export const IDEMPOTENCY_KEY_STORE: Safeguard = {
  name: 'idempotency-key-store',
  protects: 'a key has one effect',
};

/** A request that carries a key. */
export interface KeyedRequest {
  readonly tenantId: string;
  readonly key: string;
  readonly operation: string;
  /** SHA-256 of operation and payload. */
  readonly payloadHash: string;
}

/** What the store says of a key: take the effect, give the stored answer, or refuse. */
export type KeyState =
  { readonly kind: 'first' } | { readonly kind: 'replay'; readonly response: unknown } | { readonly kind: 'conflict' };

/** Hash that binds a key to its request; members of the payload in any order give the same hash. */
export function payloadHash(operation: string, payload: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([operation, sorted(payload)]))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

/** What a stored hash says about a request. */
export function judgeKey(
  safeguards: Safeguards,
  storedHash: string,
  response: unknown,
  request: KeyedRequest,
): KeyState {
  if (safeguards.on(IDEMPOTENCY_PAYLOAD_HASH) && storedHash !== request.payloadHash) return { kind: 'conflict' };
  return { kind: 'replay', response };
}

interface HeldKey {
  readonly payload_hash: string;
  readonly response: unknown;
  readonly expires_at: Date;
}

/** The key table of one schema. */
export class IdempotencyStore {
  readonly #schema: string;
  readonly #safeguards: Safeguards;

  constructor(schema: string, safeguards: Safeguards) {
    this.#schema = schema;
    this.#safeguards = safeguards;
  }

  /** Claims the key for this transaction; blocks while another transaction holds it. An expired key counts as new. */
  async claim(sql: Sql, request: KeyedRequest, now: Date, expiresAt: Date): Promise<KeyState> {
    const claimed = await sql.query(
      `INSERT INTO ${this.#schema}.idempotency_keys AS held (tenant_id, key, operation, payload_hash, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (tenant_id, key) DO UPDATE
          SET operation = excluded.operation, payload_hash = excluded.payload_hash, response = NULL,
              created_at = excluded.created_at, expires_at = excluded.expires_at
        WHERE held.expires_at <= excluded.created_at
       RETURNING key`,
      [request.tenantId, request.key, request.operation, request.payloadHash, now, expiresAt],
    );
    if (claimed.rows.length > 0) return { kind: 'first' };
    const row = await this.#held(sql, request);
    if (row === undefined) throw new Error('an idempotency key vanished while it was claimed');
    return judgeKey(this.#safeguards, row.payload_hash, row.response, request);
  }

  /**
   * What was answered under the key, without claiming it; undefined: nothing that is valid still. Its row is locked, so that the commit of a
   * transaction that reads it can be confirmed by a standby: without a lock it would have nothing to wait for.
   */
  async stored(sql: Sql, request: KeyedRequest, now: Date): Promise<KeyState | undefined> {
    const row = await this.#held(sql, request, 'FOR NO KEY UPDATE');
    if (row === undefined || row.expires_at <= now) return undefined;
    return judgeKey(this.#safeguards, row.payload_hash, row.response, request);
  }

  async #held(sql: Sql, { tenantId, key }: KeyedRequest, lock = ''): Promise<HeldKey | undefined> {
    const { rows } = await sql.query<HeldKey>(
      `SELECT payload_hash, response, expires_at FROM ${this.#schema}.idempotency_keys WHERE tenant_id = $1 AND key = $2 ${lock}`,
      [tenantId, key],
    );
    return rows[0];
  }

  /** Stores the answer, in the same transaction. */
  async complete(sql: Sql, request: KeyedRequest, response: unknown): Promise<void> {
    await sql.query(
      `UPDATE ${this.#schema}.idempotency_keys SET response = $3::jsonb WHERE tenant_id = $1 AND key = $2`,
      [request.tenantId, request.key, JSON.stringify(response)],
    );
  }

  /** Deletes up to `limit` keys that have not been valid for an hour by the database's clock. */
  async purge(sql: Sql, limit: number): Promise<number> {
    const purged = await sql.query(
      `DELETE FROM ${this.#schema}.idempotency_keys
        WHERE (tenant_id, key) IN (SELECT tenant_id, key FROM ${this.#schema}.idempotency_keys
                                    WHERE expires_at <= now() - interval '1 hour' ORDER BY expires_at, tenant_id, key LIMIT $1 FOR UPDATE SKIP LOCKED)`,
      [limit],
    );
    return purged.rowCount ?? 0;
  }
}
