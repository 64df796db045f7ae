import { Redis } from 'ioredis';
import pg from 'pg';
import type {
  Administration,
  ComponentSpec,
  HttpAnswer,
  StoredObject,
  StreamMessage,
} from '../../../contract/index.ts';
import { DOCUMENT_SCHEMA } from '../scale/document-sql.ts';

/** Real time. */
const TIMEOUT_MS = 5000;

/** Where a component's first instance, or the instance named, is reached for administration: past every proxy. */
export interface Reach {
  readonly spec: ComponentSpec;
  /** Port of 127.0.0.1. */
  readonly port: number;
}

/** Administration with ordinary clients over ports that are published directly: no fault is put on that path. */
export class DeployedAdministration implements Administration, AsyncDisposable {
  readonly #reach: (component: string) => Reach;
  readonly #pools = new Map<string, pg.Pool>();
  readonly #redis = new Map<string, Redis>();

  constructor(reach: (component: string) => Reach) {
    this.#reach = reach;
  }

  #find<K extends ComponentSpec['kind']>(
    name: string,
    kind: K,
  ): { spec: Extract<ComponentSpec, { kind: K }>; port: number } {
    const { spec, port } = this.#reach(name);
    if (spec.kind !== kind) throw new Error(`${name} is a ${spec.kind}: expected a ${kind}`);
    return { spec: spec as Extract<ComponentSpec, { kind: K }>, port };
  }

  /** Intervals in the statement are the document's (scale/document-sql.ts). */
  async sql(
    component: string,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Record<string, unknown>[]> {
    const { spec, port } = this.#find(component, 'postgres');
    let pool = this.#pools.get(spec.name);
    if (pool === undefined) {
      pool = new pg.Pool({
        host: '127.0.0.1',
        port,
        user: 'postgres',
        database: spec.database,
        max: 4,
        connectionTimeoutMillis: TIMEOUT_MS,
        query_timeout: TIMEOUT_MS,
        options: `-c search_path=${DOCUMENT_SCHEMA},pg_catalog,public`,
      });
      pool.on('error', () => {}); // an idle connection was lost: the next statement opens another
      this.#pools.set(spec.name, pool);
    }
    const { rows } = await pool.query(text, [...values]);
    return rows as Record<string, unknown>[];
  }

  async redis(component: string, ...words: readonly string[]): Promise<unknown> {
    const { spec, port } = this.#find(component, 'redis');
    let client = this.#redis.get(spec.name);
    if (client === undefined || client.status === 'end') {
      client = new Redis({
        host: '127.0.0.1',
        port,
        lazyConnect: true,
        retryStrategy: () => null,
        connectTimeout: TIMEOUT_MS,
        commandTimeout: TIMEOUT_MS,
      });
      client.on('error', () => {}); // the command itself rejects
      this.#redis.set(spec.name, client);
      await client.connect();
    }
    const [head = '', ...rest] = words;
    return client.call(head, ...rest);
  }

  nats(component: string): Promise<unknown> {
    return Promise.reject(new Error(`the deployed world has no NATS yet: ${component}`));
  }

  stream(component: string): Promise<readonly StreamMessage[]> {
    return Promise.reject(new Error(`the deployed world has no NATS yet: ${component}`));
  }

  objects(component: string): Promise<readonly StoredObject[]> {
    return Promise.reject(new Error(`the deployed world has no object store yet: ${component}`));
  }

  async http(component: string, request: { method: string; path: string; body?: unknown }): Promise<HttpAnswer> {
    const { port } = this.#find(component, 'service');
    const { method, path, body } = request;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      // The runtime that restarts a container for the supervisor takes its grace.
      signal: AbortSignal.timeout(4 * TIMEOUT_MS),
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    let parsed: unknown = text;
    try {
      parsed = JSON.parse(text);
    } catch {
      // not JSON: the text itself
    }
    return { status: answer.status, body: parsed };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#redis.values()) client.disconnect();
    await Promise.all([...this.#pools.values()].map((pool) => pool.end().catch(() => {})));
  }
}
