import { Pool } from 'undici';
import type { Endpoint, Ms } from '../../../contract/index.ts';
import { refused, unanswered } from './answer.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';

const CONNECTIONS_MAX = 16;

/** The HTTP API of one instance of numbering-service. */
export class HttpClient {
  readonly #pool: Pool;
  readonly #deadlineMs: Ms;

  constructor({ host, port }: Endpoint, deadlineMs: Ms) {
    this.#pool = new Pool(`http://${host}:${port}`, { connections: CONNECTIONS_MAX, connectTimeout: deadlineMs });
    this.#deadlineMs = deadlineMs;
  }

  /** Never rejects: what went wrong is the answer. */
  async call({ http, input, writes }: Call, idempotencyKey: string | undefined): Promise<Answer> {
    try {
      const { statusCode, headers, body } = await this.#pool.request({
        method: http.method,
        path: http.path,
        headers: {
          'x-tenant-id': input.tenantId,
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
          ...(http.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(http.file === undefined ? {} : { 'content-type': http.file.type }),
          ...http.headers,
        },
        body: http.body === undefined ? (http.file?.text ?? null) : JSON.stringify(http.body),
        signal: AbortSignal.timeout(this.#deadlineMs),
      });
      const text = await body.text();
      const result = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      if (statusCode >= 400) {
        const { 'retry-after': retryAfter } = headers;
        return refused(writes, codeOf(result, statusCode), {
          ...result,
          ...(retryAfter === undefined ? {} : { retryAfter }),
        });
      }
      return { outcome: 'ok', result: { ...result, replayed: headers['idempotency-replayed'] === 'true' } };
    } catch (error) {
      return unanswered(error);
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

function codeOf({ code }: Record<string, unknown>, statusCode: number): string {
  return typeof code === 'string' ? code : `HTTP ${statusCode}`;
}
