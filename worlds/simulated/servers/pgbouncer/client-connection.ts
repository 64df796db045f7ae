import type net from 'node:net';
import { CANCEL_REQUEST, GSS_REQUEST, SSL_REQUEST, startupParameters } from '../postgres/wire.ts';
import type { PgBouncer } from './bouncer.ts';
import { Console } from './console.ts';
import { forward } from './forward.ts';
import { AUTHENTICATED, Framer, keyData, letter, parameterStatus, poolerError, ready } from './messages.ts';
import type { Pool } from './pool.ts';
import type { Statement } from './prepared.ts';
import type { ServerConnection } from './server-connection.ts';

/** A connection of a client. */
export class ClientConnection {
  pool: Pool | undefined;
  server: ServerConnection | undefined;
  user = '';
  database = '';
  /** `login`: it has not had its ReadyForQuery yet. */
  state: 'startup' | 'login' | 'ready' | 'console' | 'closed' = 'startup';
  /** Tracked parameters as the client has them. */
  parameters = new Map<string, string>();
  /** Statements that it has prepared, by its own names. */
  readonly statements = new Map<string, Statement>();
  readonly key: readonly [pid: number, secret: number];
  readonly connectedAt: number;
  /** Since when it waits for a server; undefined: it does not. */
  waitsSince: number | undefined;
  /** When it last said or heard something. */
  activeAt: number;
  /** What it has asked for while it has no server. */
  readonly pending: Buffer[] = [];
  readonly socket: net.Socket;
  readonly #bouncer: PgBouncer;
  readonly #framer = new Framer();
  #console: Console | undefined;

  constructor(bouncer: PgBouncer, socket: net.Socket, key: readonly [number, number]) {
    this.#bouncer = bouncer;
    this.socket = socket;
    this.key = key;
    this.connectedAt = bouncer.now();
    this.activeAt = this.connectedAt;
    this.#framer.header = 0;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', () => {});
    socket.on('end', () => this.close());
    socket.on('close', () => this.close());
  }

  /** A session has its server to its end, a transaction to the next ReadyForQuery outside one. */
  get keepsServer(): boolean {
    return this.#bouncer.config.poolMode === 'session';
  }

  write(bytes: Buffer): void {
    if (this.state !== 'closed') this.socket.write(bytes);
  }

  #receive(chunk: Buffer): void {
    this.activeAt = this.#bouncer.now();
    this.#framer.push(chunk);
    const messages: Buffer[] = [];
    for (;;) {
      const next = this.state === 'closed' ? undefined : this.#framer.next();
      if (next === undefined) break;
      if (this.state === 'startup') this.#start(next);
      else if (this.state === 'console') this.#console?.handle(next);
      else if (letter(next) === 'X') return this.close();
      else messages.push(next);
    }
    if (messages.length > 0) this.#ask(messages);
    return undefined;
  }

  #ask(messages: readonly Buffer[]): void {
    if (this.server !== undefined) {
      forward(this, this.server, messages, this.#bouncer);
      return;
    }
    this.pending.push(...messages);
    if (this.state === 'ready' && this.waitsSince === undefined) this.pool?.request(this);
  }

  /** The pool has given a server: what waited goes out. */
  linked(server: ServerConnection): void {
    this.server = server;
    const sets = this.#bouncer.tracked.difference(this.parameters, server.parameters);
    if (sets !== '') server.own(sets);
    forward(this, server, this.pending.splice(0), this.#bouncer);
  }

  #start(bytes: Buffer): void {
    const code = bytes.readInt32BE(4);
    if (code === SSL_REQUEST || code === GSS_REQUEST) {
      this.socket.write('N');
      return;
    }
    if (code === CANCEL_REQUEST) {
      this.#bouncer.cancel(bytes.readInt32BE(8), bytes.readInt32BE(12));
      this.close();
      return;
    }
    this.#framer.header = 1;
    const given = startupParameters(bytes);
    const of = (name: string): string | undefined => given.find(([each]) => each === name)?.[1];
    this.user = of('user') ?? '';
    this.database = of('database') ?? this.user;
    if (this.database === 'pgbouncer') {
      this.#enterConsole();
      return;
    }
    const { values, refused } = this.#bouncer.tracked.fromStartup(given, this.#bouncer.config.ignoreStartupParameters);
    const pool = this.#bouncer.poolOf(this.database, this.user);
    if (pool === undefined) this.fail(`no such database: ${this.database}`);
    else if (refused !== undefined) this.fail(refused);
    else {
      this.parameters = values;
      this.state = 'login';
      this.pool = pool;
      pool.login(this);
    }
  }

  #enterConsole(): void {
    if (!this.#bouncer.config.adminUsers.has(this.user)) {
      this.fail('not allowed');
      return;
    }
    this.state = 'console';
    this.#console = new Console(this.#bouncer, this);
    this.write(this.#console.greeting());
  }

  /** Tells the client that it is in, with the parameters of the pool's servers and its own. */
  welcome(parameters: ReadonlyMap<string, string>): void {
    this.state = 'ready';
    for (const name of this.#bouncer.tracked.names) {
      const value = parameters.get(name);
      if (!this.parameters.has(name) && value !== undefined) this.parameters.set(name, value);
    }
    const untracked = [...parameters].filter(([name]) => this.#bouncer.tracked.named(name) === undefined);
    const all = [
      ...untracked,
      ...this.#bouncer.tracked.names.map((name) => [name, this.parameters.get(name) ?? ''] as const),
    ];
    const said = all.map(([name, value]) => parameterStatus(name, value));
    this.write(Buffer.concat([AUTHENTICATED, ...said, keyData(...this.key), ready('I')]));
    if (this.pending.length > 0) this.pool?.request(this);
  }

  /** Says why, and ends the connection. */
  fail(why: string): void {
    if (this.state === 'closed') return;
    this.write(poolerError(why));
    this.close();
  }

  close(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.#bouncer.forget(this);
    this.pool?.left(this);
    this.socket.end();
  }
}
