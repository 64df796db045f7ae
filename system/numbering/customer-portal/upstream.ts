/** Calls of the services behind the portal. */
import { Pool } from 'undici';

/** Header of an answer that was given before under the same key. */
export const REPLAYED = 'idempotency-replayed';

/** What a service answered. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** The answer to an earlier call under the same key. */
  readonly replayed: boolean;
}

export interface UpstreamRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly tenantId: string;
  /** With it a call may be sent to a second instance: it has one effect. */
  readonly idempotencyKey?: string | undefined;
  readonly body?: object;
}

/** No instance answered: refused, reset or later than the time-out. */
export class UpstreamAway extends Error {
  override readonly name = 'UpstreamAway';
}

/** The instances of one service, called in turn; where a connection fails the next one is tried. */
export class Upstream {
  readonly #pools: readonly Pool[];
  readonly #timeoutMs: number;
  #next = 0;

  /** @param urls one for each instance */
  constructor(urls: readonly string[], timeoutMs: number) {
    this.#pools = urls.map((url) => new Pool(url, { connections: 16, connectTimeout: timeoutMs }));
    this.#timeoutMs = timeoutMs;
  }

  /** @throws UpstreamAway */
  async call(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const first = this.#next++;
    let last: unknown;
    for (let nth = 0; nth < this.#pools.length; nth += 1) {
      const pool = this.#pools[(first + nth) % this.#pools.length];
      if (pool === undefined) break;
      try {
        return await this.#ask(pool, request);
      } catch (error) {
        last = error;
        // Nobody knows whether a write without a key was carried out: it is not sent again.
        if (request.method === 'POST' && request.idempotencyKey === undefined) break;
      }
    }
    throw new UpstreamAway('no instance answered', { cause: last });
  }

  async #ask(pool: Pool, { method, path, tenantId, idempotencyKey, body }: UpstreamRequest): Promise<UpstreamAnswer> {
    const answer = await pool.request({
      method,
      path,
      headers: {
        'x-tenant-id': tenantId,
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(this.#timeoutMs),
    });
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      body: (text === '' ? {} : JSON.parse(text)) as UpstreamAnswer['body'],
      replayed: answer.headers[REPLAYED] === 'true',
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.close()));
  }
}
