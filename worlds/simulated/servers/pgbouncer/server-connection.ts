import net from 'node:net';
import { TYPE, fields, message, startupMessage } from '../postgres/wire.ts';
import type { ClientConnection } from './client-connection.ts';
import { Framer, letter, query, text } from './messages.ts';
import { OutstandingRequests } from './outstanding.ts';
import type { Pool } from './pool.ts';
import { type Statement, closeStatement } from './prepared.ts';

export type ServerState = 'login' | 'idle' | 'used' | 'tested' | 'active' | 'closed';

/** A connection of a pool to PostgreSQL. */
export class ServerConnection {
  state: ServerState = 'login';
  client: ClientConnection | undefined;
  /** Transaction status of its last ReadyForQuery. */
  status = 'I';
  /** To be closed instead of used again (RECONNECT, lifetime). */
  stale = false;
  readonly parameters = new Map<string, string>();
  readonly requests = new OutstandingRequests();
  /** Statements that it has prepared, the longest unused first. */
  readonly #prepared = new Set<Statement>();
  readonly connectedAt: number;
  /** When it was given to a client or came back. */
  since: number;
  /** When the query now running was sent. */
  queryAt: number | undefined;
  readonly #pool: Pool;
  readonly #socket: net.Socket;
  readonly #framer = new Framer();
  #key = Buffer.alloc(8);
  #toClient: Buffer[] = [];
  #toServer: Buffer[] = [];
  /** What to do when the pooler's own query (check, reset, connect_query) has been answered. */
  #afterOwnQuery: (() => void) | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
    this.connectedAt = pool.bouncer.now();
    this.since = this.connectedAt;
    const { host, port } = pool.database.target;
    this.#socket = net.connect({ host, port });
    this.#socket.on('connect', () => this.#socket.write(this.#startup()));
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.#lost());
  }

  #startup(): Buffer {
    return startupMessage([
      ['user', this.#pool.user],
      ['database', this.#pool.database.target.database],
    ]);
  }

  /** Sends at the end of the turn of the caller: see `flush`. */
  send(bytes: Buffer): void {
    this.#toServer.push(bytes);
  }

  flush(): void {
    if (this.#toServer.length > 0) this.#socket.write(Buffer.concat(this.#toServer.splice(0)));
    if (this.#toClient.length > 0) this.client?.write(Buffer.concat(this.#toClient.splice(0)));
  }

  /** An answer of the pooler's own, in its place among the server's. */
  answer(...bytes: readonly Buffer[]): void {
    this.#toClient.push(...bytes);
  }

  /** True when the server knows the statement; it counts as used now. */
  has(statement: Statement): boolean {
    if (!this.#prepared.delete(statement)) return false;
    this.#prepared.add(statement);
    return true;
  }

  /** Notes a statement as prepared; what is too many is closed. */
  prepared(statement: Statement, most: number): void {
    this.#prepared.add(statement);
    const [oldest] = this.#prepared;
    if (this.#prepared.size <= most || oldest === undefined) return;
    this.#prepared.delete(oldest);
    this.send(closeStatement(oldest.serverName));
    this.requests.add({ request: 'C', action: 'skip' });
  }

  get preparedCount(): number {
    return this.#prepared.size;
  }

  forgetStatements(): void {
    this.#prepared.clear();
  }

  /** Runs a query of the pooler's own: its answer goes to nobody. */
  own(sql: string, after?: () => void): void {
    this.send(query(sql));
    this.requests.add({ request: 'Q', action: 'skip' });
    this.#afterOwnQuery = after;
  }

  #receive(chunk: Buffer): void {
    this.#framer.push(chunk);
    for (let next = this.#framer.next(); next !== undefined && this.state !== 'closed'; next = this.#framer.next()) {
      if (this.state === 'login') this.#login(next);
      else this.#handle(next);
    }
    if (this.state !== 'closed') this.flush();
    if (this.state === 'active' && this.#mayBeReleased()) this.#pool.release(this);
  }

  #mayBeReleased(): boolean {
    return this.status === 'I' && this.requests.empty && this.client?.keepsServer === false;
  }

  #login(bytes: Buffer): void {
    const type = letter(bytes);
    if (type === 'S') this.#parameter(bytes);
    else if (type === 'K') this.#key = Buffer.from(bytes.subarray(5));
    else if (type === 'E') {
      const { M: said = '' } = fields(bytes);
      this.#pool.loginFailed(this, `server login failed: ${said}`, bytes);
    } else if (type === 'Z') {
      const { connectQuery } = this.#pool.database.target;
      this.state = 'tested';
      if (connectQuery === undefined) this.#pool.loggedIn(this);
      else this.own(connectQuery, () => this.#pool.loggedIn(this));
      this.flush();
    } else if (type === 'R' && bytes.readInt32BE(5) !== 0) {
      this.#pool.loginFailed(this, 'server login failed: only trust is known here', bytes);
    }
  }

  #handle(bytes: Buffer): void {
    const type = letter(bytes);
    if (type === 'S') this.#parameter(bytes);
    const { pass, after, unprepared } = this.requests.answered(type);
    for (const statement of unprepared) this.#prepared.delete(statement);
    if (pass) {
      if (this.client === undefined && type === 'E') return this.close('server conn crashed?');
      this.#toClient.push(bytes);
    }
    this.#toClient.push(...after);
    if (type === 'C') this.#noteDeallocation(bytes);
    if (type === 'Z') this.#ready(bytes, pass);
    return undefined;
  }

  #ready(bytes: Buffer, pass: boolean): void {
    this.status = String.fromCharCode(bytes[5] as number);
    if (pass) this.#pool.answered(this);
    if (this.requests.empty) this.queryAt = undefined;
    if (pass || !this.requests.empty) return;
    const after = this.#afterOwnQuery;
    this.#afterOwnQuery = undefined;
    after?.();
  }

  #parameter(bytes: Buffer): void {
    const name = text(bytes, 5);
    const { value } = text(bytes, name.end);
    this.parameters.set(name.value, value);
    const tracked = this.#pool.bouncer.tracked.named(name.value);
    if (tracked !== undefined) this.client?.parameters.set(tracked, value);
  }

  #noteDeallocation(bytes: Buffer): void {
    const tag = bytes.toString('latin1', 5, bytes.length - 1);
    if (tag !== 'DEALLOCATE ALL' && tag !== 'DISCARD ALL') return;
    this.forgetStatements();
    this.client?.statements.clear();
  }

  /** Asks the server to cancel what runs here, over a connection of its own. */
  cancel(): void {
    const { host, port } = this.#pool.database.target;
    const request = Buffer.alloc(8);
    request.writeInt32BE(16, 0);
    request.writeInt32BE(80_877_102, 4);
    const socket = net.connect({ host, port });
    socket.on('connect', () => socket.end(Buffer.concat([request, this.#key])));
    socket.on('error', () => {});
    socket.resume();
  }

  #lost(): void {
    if (this.state === 'closed') return;
    if (this.state === 'login') this.#pool.loginFailed(this, 'connect failed');
    else this.close('server conn crashed?');
  }

  /** Ends the connection; a client that holds it is told why and ended too. */
  close(why: string): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    const { client } = this;
    this.client = undefined;
    this.#pool.forget(this);
    if (client !== undefined) {
      if (this.#toClient.length > 0) client.write(Buffer.concat(this.#toClient.splice(0)));
      client.fail(why);
    }
    if (!this.#socket.destroyed) {
      if (this.#socket.connecting) this.#socket.destroy();
      else this.#socket.end(message(TYPE.terminate));
    }
    this.#pool.activate();
  }
}
