import http from 'node:http';
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
import { httpCall } from './http-call.ts';
import type { Outside } from './outside.ts';

const TIMEOUT_MS = 5000;

/** Administration with ordinary clients from a machine of its own, whose links no fault names. */
export class SimulatedAdministration implements Administration {
  readonly #specs: ReadonlyMap<string, ComponentSpec>;
  readonly #outside: Outside;
  readonly #agent: http.Agent;
  readonly #pools = new Map<string, pg.Pool>();
  readonly #redis = new Map<string, Redis>();
  readonly #nats = new NatsAsker();
  readonly #objects = new Map<string, S3Client>();
  readonly #instanceOf: (name: string) => string;

  /** @param instanceOf the machine of a component's first instance, by the component's or the instance's name. */
  constructor(specs: ReadonlyMap<string, ComponentSpec>, outside: Outside, instanceOf: (name: string) => string) {
    this.#specs = specs;
    this.#outside = outside;
    this.#instanceOf = instanceOf;
    this.#agent = outside.run(() => new http.Agent({ keepAlive: true }));
  }

  #spec<K extends ComponentSpec['kind']>(name: string, kind: K): Extract<ComponentSpec, { kind: K }> {
    const spec = this.#specs.get(name) ?? this.#specs.get(name.replace(/-\d+$/, ''));
    if (spec?.kind !== kind)
      throw new Error(`${name} is ${spec === undefined ? 'not deployed' : `a ${spec.kind}`}: expected a ${kind}`);
    return spec as Extract<ComponentSpec, { kind: K }>;
  }

  async sql(
    component: string,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Record<string, unknown>[]> {
    const { database, port, name } = this.#spec(component, 'postgres');
    return this.#outside.run(async () => {
      let pool = this.#pools.get(name);
      if (pool === undefined) {
        pool = new pg.Pool({ host: name, port, user: 'postgres', database, max: 10, idleTimeoutMillis: 0 });
        pool.on('error', () => {}); // an idle connection was lost: the next statement opens another
        this.#pools.set(name, pool);
      }
      const { rows } = await pool.query(text, [...values]);
      return rows as Record<string, unknown>[];
    });
  }

  async redis(component: string, ...command: readonly string[]): Promise<unknown> {
    const { port, name } = this.#spec(component, 'redis');
    return this.#outside.run(async () => {
      let client = this.#redis.get(name);
      if (client === undefined || client.status === 'end') {
        client = new Redis({
          host: name,
          port,
          lazyConnect: true,
          retryStrategy: () => null,
          connectTimeout: TIMEOUT_MS,
          commandTimeout: TIMEOUT_MS,
        });
        client.on('error', () => {}); // the command itself rejects
        this.#redis.set(name, client);
        await client.connect();
      }
      const [head = '', ...rest] = command;
      return client.call(head, ...rest);
    });
  }

  nats(component: string, subject: string, payload?: unknown): Promise<unknown> {
    return this.#outside.run(() => this.#nats.ask(this.#natsServers(component), subject, payload));
  }

  stream(component: string, stream: string): Promise<readonly StreamMessage[]> {
    return this.#outside.run(() => this.#nats.stream(this.#natsServers(component), stream));
  }

  #natsServers(component: string): readonly string[] {
    const { name, instances, port } = this.#spec(component, 'nats');
    const all = Array.from({ length: instances }, (_, index) => (instances === 1 ? name : `${name}-${index + 1}`));
    return (component === name ? all : [component]).map((server) => `${server}:${port}`);
  }

  async objects(component: string, bucket: string): Promise<readonly StoredObject[]> {
    const spec = this.#spec(component, 'object-store');
    return this.#outside.run(() => {
      let client = this.#objects.get(spec.name);
      if (client === undefined)
        this.#objects.set(spec.name, (client = objectClient(`http://${spec.name}:${spec.port}`, spec)));
      return storedObjects(client, bucket);
    });
  }

  async http(component: string, request: { method: string; path: string; body?: unknown }): Promise<HttpAnswer> {
    const { http: own } = this.#spec(component, 'service');
    const { status, text } = await this.#outside.run(() =>
      httpCall({
        ...request,
        host: this.#instanceOf(component),
        port: own.port,
        timeoutMs: TIMEOUT_MS,
        agent: this.#agent,
      }),
    );
    let body: unknown = text;
    try {
      body = JSON.parse(text);
    } catch {
      // not JSON: the text itself
    }
    return { status, body };
  }
}
