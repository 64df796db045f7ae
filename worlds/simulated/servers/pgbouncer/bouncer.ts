import { randomInt } from 'node:crypto';
import net from 'node:net';
import type { PgbouncerSpec } from '../../../../contract/index.ts';
import { ClientConnection } from './client-connection.ts';
import { type Config, readConfig } from './config.ts';
import { upkeep } from './janitor.ts';
import { TrackedParameters } from './parameters.ts';
import { Pool } from './pool.ts';
import { Statements } from './prepared.ts';

/** A line of the section `[databases]`. */
export interface Database {
  readonly name: string;
  readonly target: PgbouncerSpec['databases'][string];
  paused: boolean;
  readonly pools: Map<string, Pool>;
}

/** How often waits and ages are looked at: PgBouncer's own 1/3 s. */
const JANITOR_MS = 333;
const KEY_MAX = 2 ** 31 - 1;

/** A pooler over `node:net`: clients in front, PostgreSQL behind. */
export class PgBouncer {
  readonly config: Config;
  readonly given: PgbouncerSpec['config'];
  readonly tracked: TrackedParameters;
  readonly databases: ReadonlyMap<string, Database>;
  readonly statements = new Statements();
  readonly clients = new Set<ClientConnection>();
  closed = false;
  readonly #server = net.createServer((socket) => this.#accept(socket));
  readonly #janitor: NodeJS.Timeout;

  constructor({ databases, config }: Pick<PgbouncerSpec, 'databases' | 'config'>) {
    this.given = config;
    this.config = readConfig(config);
    this.tracked = new TrackedParameters(this.config.trackExtraParameters);
    this.databases = new Map(
      Object.entries(databases).map(([name, target]) => [name, { name, target, paused: false, pools: new Map() }]),
    );
    this.#janitor = setInterval(() => upkeep(this), JANITOR_MS);
  }

  listen(port: number, host?: string): void {
    if (host === undefined) this.#server.listen(port);
    else this.#server.listen(port, host);
  }

  /** Its own clock, ms since 1970. */
  readonly now = (): number => Date.now();

  /** Queries answered so far. */
  get queries(): number {
    return this.pools.reduce((sum, { stats }) => sum + stats.queries, 0);
  }

  get pools(): readonly Pool[] {
    return [...this.databases.values()].flatMap(({ pools }) => [...pools.values()]);
  }

  #accept(socket: net.Socket): void {
    const client = new ClientConnection(this, socket, [randomInt(1, KEY_MAX), randomInt(KEY_MAX)]);
    this.clients.add(client);
    if (this.clients.size > this.config.maxClientConn) client.fail('no more connections allowed (max_client_conn)');
  }

  forget(client: ClientConnection): void {
    this.clients.delete(client);
  }

  /** The pool of a user in a database; undefined: there is no such database. */
  poolOf(name: string, user: string): Pool | undefined {
    const database = this.databases.get(name);
    if (database === undefined) return undefined;
    let pool = database.pools.get(user);
    if (pool === undefined) database.pools.set(user, (pool = new Pool(this, database, user)));
    return pool;
  }

  /** A client's request to cancel what it runs. */
  cancel(pid: number, secret: number): void {
    for (const { key, server } of this.clients) if (key[0] === pid && key[1] === secret) server?.cancel();
  }

  /** Ends for good; the sockets' ends are the caller's. */
  close(): void {
    this.closed = true;
    clearInterval(this.#janitor);
    this.#server.close();
    for (const client of this.clients) client.socket.destroy();
  }
}
