/** How every changing call is carried out: one transaction, one effect for a key, UNAVAILABLE when PostgreSQL cannot confirm. */
import {
  IDEMPOTENCY_KEY_STORE,
  judgeKey,
  payloadHash,
  type KeyedRequest,
  type KeyState,
} from '../../kit/idempotency.ts';
import { inTransaction, type Begin, type Sql } from '../../kit/postgres.ts';
import { Problem } from '../../kit/problems.ts';
import { replayKey } from '../cache/keys.ts';
import { databaseProblem, problem } from '../domain/problems.ts';
import type { Answer, App, Caller } from './app.ts';

/** Calls whose effect a lease is; a reservation that is lost is as if it had expired. */
const LEASE_CHANGES: ReadonlySet<string> = new Set(['assign', 'release', 'recall', 'reinstate']);

/** A changing call: what it is bound to, and its work. */
export interface Call<T> {
  readonly operation: string;
  readonly payload: unknown;
  /** Before the transaction, unless a stored answer is given. What it refuses is answered all the same where the key has been answered before. */
  readonly admit?: () => Promise<void>;
  /** In the transaction. What it throws rolls everything back. */
  readonly work: (sql: Sql, now: Date) => Promise<T>;
  /** After the commit is confirmed. Must not throw. */
  readonly after?: (result: T, now: Date) => Promise<void>;
  /** After a rollback. Must not throw. */
  readonly undone?: () => Promise<void>;
}

/** @throws Problem */
export async function perform<T>(app: App, caller: Caller, call: Call<T>): Promise<Answer<T>> {
  const request = keyedRequest(app, caller, call);
  if (request !== undefined) {
    const held = await replayCopy(app, request);
    if (held !== undefined) return replay<T>(app, held);
  }
  try {
    app.regional.throttle.admit();
    await call.admit?.();
  } catch (refusal) {
    const stored = request === undefined ? undefined : await storedAnswer(app, request, refusal);
    if (stored === undefined) throw refusal;
    return replay<T>(app, stored);
  }
  const now = new Date();
  const expiresAt = new Date(now.getTime() + app.config.IDEMPOTENCY_TTL_MS);
  let outcome: { state: KeyState; body?: T };
  try {
    outcome = await inTransaction(
      app.pool,
      async (sql) => {
        const state: KeyState =
          request === undefined ? { kind: 'first' } : await app.idempotency.claim(sql, request, now, expiresAt);
        if (state.kind !== 'first') return { state };
        const body = await call.work(sql, now);
        if (request !== undefined) await app.idempotency.complete(sql, request, body);
        return { state, body };
      },
      begin(app, call),
    );
  } catch (error) {
    await call.undone?.();
    await app.conflicts.tell(error, caller.tenantId);
    throw databaseProblem(error);
  }
  if (outcome.state.kind !== 'first') return replay<T>(app, outcome.state);
  const body = outcome.body as T;
  await Promise.all([
    call.after?.(body, now),
    request === undefined ? undefined : keepReplayCopy(app, request, body, expiresAt),
  ]);
  return { body, replayed: false };
}

/** How the transaction of a call begins. */
function begin(app: App, { operation }: Pick<KeyedRequest, 'operation'>): Begin {
  return LEASE_CHANGES.has(operation) ? app.regional.begin : 'BEGIN';
}

function keyedRequest(
  app: App,
  caller: Caller,
  call: Pick<Call<unknown>, 'operation' | 'payload'>,
): KeyedRequest | undefined {
  if (caller.idempotencyKey === undefined || !app.safeguards.on(IDEMPOTENCY_KEY_STORE)) return undefined;
  return {
    tenantId: caller.tenantId,
    key: caller.idempotencyKey,
    operation: call.operation,
    payloadHash: payloadHash(call.operation, call.payload),
  };
}

function replay<T>(app: App, state: KeyState): Answer<T> {
  if (state.kind === 'replay') return { body: state.response as T, replayed: true };
  app.metrics.idempotencyConflict();
  throw problem(
    'IDEMPOTENCY_CONFLICT',
    'This Idempotency-Key was used for another request in the last 24 hours. Use a new one (UUIDv4).',
  );
}

/**
 * What was done under the key before now is told, whoever cannot be asked now, and once it is confirmed: the first call may have been told that
 * its commit was not. A rate limit costs nothing: it is told before anybody looks.
 */
async function storedAnswer(app: App, request: KeyedRequest, refusal: unknown): Promise<KeyState | undefined> {
  if (refusal instanceof Problem && refusal.code === 'RATE_LIMITED') return undefined;
  try {
    return await inTransaction(
      app.pool,
      (sql) => app.idempotency.stored(sql, request, new Date()),
      begin(app, request),
    );
  } catch (error) {
    app.log.warn({ err: error }, 'a refused call may have been answered before under its key, which cannot be read');
    return undefined;
  }
}

interface ReplayCopy {
  readonly payloadHash: string;
  readonly response: unknown;
  readonly expiresAt: number;
}

async function replayCopy(app: App, request: KeyedRequest): Promise<KeyState | undefined> {
  const text = await app.redis.attempt((client) => client.get(replayKey(request.tenantId, request.key)));
  if (text === undefined || text === null) return undefined;
  const copy = JSON.parse(text) as ReplayCopy;
  if (copy.expiresAt <= Date.now()) return undefined;
  return judgeKey(app.safeguards, copy.payloadHash, copy.response, request);
}

async function keepReplayCopy(app: App, request: KeyedRequest, response: unknown, expiresAt: Date): Promise<void> {
  const copy: ReplayCopy = { payloadHash: request.payloadHash, response, expiresAt: expiresAt.getTime() };
  const lifeMs = Math.max(1, Math.min(expiresAt.getTime() - Date.now(), app.config.IDEMPOTENCY_CACHE_TTL_MS));
  await app.redis.attempt((client) =>
    client.set(replayKey(request.tenantId, request.key), JSON.stringify(copy), 'PX', lifeMs),
  );
}
