import type { S3Client } from '@aws-sdk/client-s3';
import { Redis } from 'ioredis';
import pg from 'pg';
import type {
  Administration,
  ComponentSpec,
  HttpAnswer,
  StoredObject,
  StreamMessage,
} from '../../../contract/index.ts';
import { NatsAsker } from '../../nats-asker.ts';
import { objectClient, storedObjects } from '../../stored-objects.ts';
import { DOCUMENT_SCHEMA } from '../scale/document-sql.ts';

/** Real time. */
const TIMEOUT_MS = 5000;

/** Where a component's instances, or the instance named, are reached for administration: past every proxy. */
export interface Reach {
  readonly spec: ComponentSpec;
  /** Ports of 127.0.0.1, one for each instance. */
  readonly ports: readonly number[];
}

/** Administration with ordinary clients over ports that are published directly: no fault is put on that path. */
export class DeployedAdministration implements Administration, AsyncDisposable {
  readonly #reach: (component: string) => Reach;
  readonly #pools = new Map<string, pg.Pool>();
  readonly #redis = new Map<string, Redis>();
  readonly #nats = new NatsAsker();
  readonly #objects = new Map<string, S3Client>();

  constructor(reach: (component: string) => Reach) {
    this.#reach = reach;
  }

  #find<K extends ComponentSpec['kind']>(
    name: string,
    kind: K,
  ): { spec: Extract<ComponentSpec, { kind: K }>; ports: readonly number[]; port: number } {
    const { spec, ports } = this.#reach(name);
    const [port] = ports;
    if (port === undefined) throw new Error(`${name} has no instance`);
    if (spec.kind !== kind) throw new Error(`${name} is a ${spec.kind}: expected a ${kind}`);
    return { spec: spec as Extract<ComponentSpec, { kind: K }>, ports, port };
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

  nats(component: string, subject: string, payload?: unknown): Promise<unknown> {
    return this.#nats.ask(this.#natsServers(component), subject, payload);
  }

  stream(component: string, name: string): Promise<readonly StreamMessage[]> {
    return this.#nats.stream(this.#natsServers(component), name);
  }

  #natsServers(component: string): readonly string[] {
    return this.#find(component, 'nats').ports.map((port) => `127.0.0.1:${port}`);
  }

  objects(component: string, bucket: string): Promise<readonly StoredObject[]> {
    const { spec, port } = this.#find(component, 'object-store');
    let client = this.#objects.get(spec.name);
    if (client === undefined) this.#objects.set(spec.name, (client = objectClient(`http://127.0.0.1:${port}`, spec)));
    return storedObjects(client, bucket);
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
    for (const client of this.#objects.values()) client.destroy();
    await this.#nats.close();
    await Promise.all([...this.#pools.values()].map((pool) => pool.end().catch(() => {})));
  }
}
