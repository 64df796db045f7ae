import { fields } from '../postgres/wire.ts';
import type { Database, PgBouncer } from './bouncer.ts';
import type { ClientConnection } from './client-connection.ts';
import { ServerConnection } from './server-connection.ts';
import { Stats } from './stats.ts';

/** Connections of one user to one database: who has a server, who waits, and which servers are free. */
export class Pool {
  readonly bouncer: PgBouncer;
  readonly database: Database;
  readonly user: string;
  readonly stats = new Stats();
  readonly clients = new Set<ClientConnection>();
  /** First come, first served. */
  readonly waiting: ClientConnection[] = [];
  readonly active = new Set<ServerConnection>();
  /** The last to come back is the first to be used, so that those too many grow old. */
  readonly idle: ServerConnection[] = [];
  /** Idle for longer than `server_check_delay`. */
  readonly used: ServerConnection[] = [];
  readonly tested = new Set<ServerConnection>();
  /** One at a time. */
  connecting: ServerConnection | undefined;
  #welcome: ReadonlyMap<string, string> | undefined;
  #connectedAt = Number.NEGATIVE_INFINITY;
  #connectFailed = false;
  /** Why the last login failed; undefined: it did not. */
  #failure: string | undefined;

  constructor(bouncer: PgBouncer, database: Database, user: string) {
    this.bouncer = bouncer;
    this.database = database;
    this.user = user;
  }

  get servers(): number {
    return (
      this.active.size +
      this.idle.length +
      this.used.length +
      this.tested.size +
      (this.connecting === undefined ? 0 : 1)
    );
  }

  /** Lets a client in: at once when a server of this pool has been reached before. */
  login(client: ClientConnection): void {
    this.clients.add(client);
    if (this.#welcome === undefined) this.#wait(client);
    else client.welcome(this.#welcome);
  }

  /** A client has something to ask. */
  request(client: ClientConnection): void {
    const server = this.database.paused ? undefined : this.idle.pop();
    if (server !== undefined) {
      this.#link(client, server);
      return;
    }
    if (!this.database.paused && this.#failsFast()) {
      client.fail(`server login has been failing, cached error: ${this.#failure} (server_login_retry)`);
      this.#launch();
      return;
    }
    this.#wait(client);
  }

  /** No server is there and the last login failed: nobody is left to wait for. */
  #failsFast(): boolean {
    return this.#failure !== undefined && this.servers - (this.connecting === undefined ? 0 : 1) === 0;
  }

  #wait(client: ClientConnection): void {
    client.waitsSince = this.bouncer.now();
    this.waiting.push(client);
    this.activate();
  }

  #link(client: ClientConnection, server: ServerConnection): void {
    const now = this.bouncer.now();
    this.stats.assigned(client.waitsSince === undefined ? 0 : now - client.waitsSince);
    client.waitsSince = undefined;
    server.state = 'active';
    server.client = client;
    server.since = now;
    this.active.add(server);
    client.linked(server);
  }

  /** Gives free servers to those who wait, and sees to more (janitor.c, per_loop_activate). */
  activate(): void {
    if (this.database.paused || this.bouncer.closed) return;
    let [tested, used] = [this.tested.size, this.used.length];
    for (const client of this.waiting.slice()) {
      if (client.state === 'login') {
        if (this.#welcome === undefined) {
          this.#launch();
          continue;
        }
        this.#stopWaiting(client);
        client.welcome(this.#welcome);
      } else if (this.idle.length > 0) {
        this.#unqueue(client);
        this.#link(client, this.idle.pop() as ServerConnection);
      } else if (tested > 0) tested -= 1;
      else if (used > 0) {
        this.#recheck();
        used -= 1;
      } else {
        this.#launch();
        break;
      }
    }
  }

  #unqueue(client: ClientConnection): void {
    const at = this.waiting.indexOf(client);
    if (at >= 0) this.waiting.splice(at, 1);
  }

  #stopWaiting(client: ClientConnection): void {
    this.#unqueue(client);
    client.waitsSince = undefined;
  }

  #launch(): void {
    const { config, now } = this.bouncer;
    if (this.connecting !== undefined || this.database.paused) return;
    if (this.#connectFailed && now() - this.#connectedAt < config.serverLoginRetryMs) return;
    if (this.servers >= this.#limit()) return;
    this.#connectedAt = now();
    this.connecting = new ServerConnection(this);
  }

  /** The reserve is for those who have waited long. */
  #limit(): number {
    const { config, now } = this.bouncer;
    const since = this.waiting[0]?.waitsSince ?? now();
    const reserve = now() - since >= config.reservePoolTimeoutMs ? config.reservePoolSize : 0;
    return config.defaultPoolSize + reserve;
  }

  #recheck(): void {
    const server = this.used.pop();
    if (server === undefined) return;
    server.state = 'tested';
    this.tested.add(server);
    server.own(this.bouncer.config.serverCheckQuery, () => this.#free(server));
    server.flush();
  }

  loggedIn(server: ServerConnection): void {
    if (this.connecting === server) this.connecting = undefined;
    this.#welcome ??= new Map(server.parameters);
    this.#connectFailed = false;
    this.#failure = undefined;
    this.#free(server);
  }

  /** @param refusal what PostgreSQL answered; absent: it was not reached */
  loginFailed(server: ServerConnection, why: string, refusal?: Buffer): void {
    if (this.connecting === server) this.connecting = undefined;
    this.#connectFailed = true;
    this.#failure = why;
    server.close(why);
    if (refusal === undefined) return;
    // Clients that have not been let in yet are told what the server said.
    const { M: said = why } = fields(refusal);
    for (const client of this.waiting.filter(({ state }) => state === 'login')) client.fail(said);
  }

  /** A server is free. */
  #free(server: ServerConnection): void {
    this.tested.delete(server);
    this.active.delete(server);
    if (server.state === 'closed') return;
    if (server.stale || this.database.paused) {
      server.close('pooler');
      return;
    }
    server.state = 'idle';
    server.since = this.bouncer.now();
    this.idle.push(server);
    this.activate();
  }

  /** A client has given its server back, between transactions or for good. */
  release(server: ServerConnection): void {
    const { config } = this.bouncer;
    this.active.delete(server);
    const { client } = server;
    if (client !== undefined) client.server = undefined;
    server.client = undefined;
    const resets = config.serverResetQuery !== '' && (config.poolMode === 'session' || config.serverResetQueryAlways);
    if (!resets) {
      this.#free(server);
      return;
    }
    server.state = 'tested';
    this.tested.add(server);
    server.forgetStatements();
    server.own(config.serverResetQuery, () => this.#free(server));
    server.flush();
  }

  /** A client has gone. */
  left(client: ClientConnection): void {
    this.clients.delete(client);
    this.#unqueue(client);
    const { server } = client;
    client.server = undefined;
    if (server === undefined) return;
    server.client = undefined;
    if (server.status === 'I' && server.requests.empty) this.release(server);
    else server.close('client disconnect while server was not ready');
  }

  /** A query of a client has been answered. */
  answered(server: ServerConnection): void {
    this.stats.answered(server.queryAt === undefined ? 0 : this.bouncer.now() - server.queryAt, server.status === 'I');
  }

  /** A connection has ended. */
  forget(server: ServerConnection): void {
    if (this.connecting === server) this.connecting = undefined;
    this.active.delete(server);
    this.tested.delete(server);
    for (const list of [this.idle, this.used]) {
      const at = list.indexOf(server);
      if (at >= 0) list.splice(at, 1);
    }
  }
}
