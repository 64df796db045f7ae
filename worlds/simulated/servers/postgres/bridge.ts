import type { Life } from '../../kernel/life.ts';
import type { Simulation } from '../../kernel/simulation.ts';
import { networkOrThrow } from '../../network/patch/net.ts';
import type { ServerCost } from '../../network/profile.ts';
import type { SimSocket } from '../../network/socket.ts';
import { type Batch, type ClientRequests, readClient } from './client-stream.ts';
import type { Control } from './control.ts';
import { CostQueue } from './queue.ts';
import type { Lsn } from './replication/messages.ts';
import type { Replication } from './replication/replication.ts';
import { WAITS_FOR_STANDBY, replyOrWait } from './replication/standby-wait.ts';
import type { Upstream } from './replication/upstream.ts';
import type { PostgresServer } from './server.ts';
import { ServerClock } from './server-clock.ts';
import { Session, type Verdict, type Wait } from './session.ts';
import { pokeListener, refreshTimeouts } from './side-talk.ts';
import { StatementTexts } from './statement-texts.ts';
import { SyncConnection } from './sync-connection.ts';
import { mentionsTimeout, renameTimeouts, silencesWaits } from './timeouts.ts';
import { SLEEP_LOCK } from './virtual-time.ts';
import { IDLE_TIMEOUT, LOCK_TIMEOUT, NO_STREAM, STATEMENT_TIMEOUT, TOO_MANY, USER_CANCEL } from './verdicts.ts';
import { TYPE, errorMessage, fields, message, startupMessage, startupParameters } from './wire.ts';

export interface BridgeOptions {
  readonly simulation: Simulation;
  readonly life: Life;
  readonly server: PostgresServer;
  readonly database: string;
  readonly cost: ServerCost;
  /** Beyond it a client gets 53300. */
  readonly maxConnections: number;
  /** Of a server that has standbys or is one. */
  readonly replication?: Replication;
}

const NO_BYTES = Buffer.alloc(0);
const WAITS = 'select pid, waitstart from pg_locks where not granted';
/**
 * Simulated connections in front of a real PostgreSQL: a statement is one blocking step inside one simulated event, until
 * it has answered or reported itself waiting for a lock (settings.ts); then its virtual cost is charged. One bridge a life.
 */
export class Bridge {
  statements = 0;
  readonly #options: BridgeOptions;
  readonly #control: Control;
  readonly #queue: CostQueue;
  readonly #sessions = new Set<Session>();
  readonly #clock: ServerClock;
  #lastId = 0;
  #dead = false;

  constructor(options: BridgeOptions) {
    this.#options = options;
    // Advisory locks, on which sleepers wait, belong to a database.
    this.#control = options.server.control(options.database);
    this.#queue = new CostQueue(options.cost);
    this.#clock = new ServerClock(options.server, options.life.options.clock);
    options.replication?.begin({
      confirmed: (upTo) => this.#confirmed(upTo),
      confirmedAll: () => this.#confirmed(undefined),
      settle: () => this.#settleOthers(),
    });
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  accept(socket: SimSocket): void {
    let session: Session | undefined;
    let standby: Upstream | undefined;
    const { trace } = this.#options.simulation;
    const requests: ClientRequests = {
      startup: (first) => {
        const parameters = startupParameters(first);
        if (parameters.some(([name]) => name === 'replication')) standby = this.#stream(socket, parameters);
        else session = this.#open(socket, parameters);
      },
      cancel: (request) => this.#cancelRequest(request.readInt32BE(8), request.readInt32BE(12)),
      batch: (batch) => {
        standby?.received(batch.bytes);
        if (session === undefined || session.ended) return;
        if (batch.mentionsTimeout) session.timeoutsStale = true;
        if (session.wait !== undefined || session.queue.length > 0) session.queue.push(batch);
        else this.#statement(session, batch);
      },
      end: () => {
        standby?.close();
        if (session !== undefined) this.#end(session);
      },
    };
    readClient(socket, requests, trace.keeps ? new StatementTexts() : undefined);
  }

  #stream(socket: SimSocket, parameters: [string, string][]): Upstream | undefined {
    const name = parameters.find(([key]) => key === 'application_name')?.[1] ?? '';
    const upstream = this.#options.replication?.serve(socket, name);
    if (this.#options.replication === undefined) socket.end(errorMessage(NO_STREAM));
    return upstream;
  }

  #open(socket: SimSocket, given: [string, string][]): Session | undefined {
    if (this.#sessions.size >= this.#options.maxConnections) {
      socket.end(errorMessage(TOO_MANY));
      return undefined;
    }
    const parameters = given.filter(([name]) => !silencesWaits(name));
    const startup = startupMessage(
      parameters.map(([name, value]) => [renameTimeouts(name), name === 'options' ? renameTimeouts(value) : value]),
    );
    const { server, simulation } = this.#options;
    const parked = server.parked.take(startup);
    const connection = parked ?? new SyncConnection(server.socketPath);
    const session = new Session((this.#lastId += 1), socket, connection, startup);
    session.timeoutsStale = parameters.some(([name, value]) => mentionsTimeout(name) || mentionsTimeout(value));
    this.#sessions.add(session);
    simulation.record(`sql ${session.id} open ${networkOrThrow().nameOf(socket.remoteAddress)}`);
    const bytes = parked === undefined ? startup : NO_BYTES;
    this.#statement(session, { bytes, mentionsTimeout: false, administers: '', mayCommit: false });
    if (session.pid !== 0) this.#control.query(`select pg_advisory_lock(${SLEEP_LOCK}, ${session.pid})`);
    return session;
  }

  #statement(session: Session, { bytes, administers, mayCommit, confirms, text = '' }: Batch): void {
    if (this.#dead || session.ended) return;
    this.statements += 1;
    this.#clock.set();
    if (administers.includes('pg_promote')) this.#options.replication?.beforePromotion();
    session.administers = administers;
    session.text = text;
    session.ready = false;
    if (session.confirms !== 'session')
      session.confirms = confirms ?? (session.status === 'I' ? undefined : session.confirms);
    // Outside of a transaction every statement is one of its own.
    session.mayCommit = mayCommit || session.status === 'I';
    session.startedAt = this.#options.simulation.now;
    session.stopIdleTimer();
    session.connection.write(bytes); // when the server has gone its last words are still there to read
    this.#proceed(session);
  }

  /** Drives a session until it has answered or waits, then whatever follows from that for the others. */
  #proceed(session: Session, released = false): void {
    const done = this.#drive(session, released);
    this.#cancelled(session.cancels.splice(0));
    if (done) this.#answered(session);
    this.#settleOthers(session.status === 'I');
  }

  /** Those that a statement has cancelled wait no more: they will answer. */
  #cancelled(pids: readonly number[]): void {
    for (const session of pids.length === 0 ? [] : this.#sessions) {
      if (!pids.includes(session.pid) || session.wait === undefined || session.wait.kind === 'standby') continue;
      session.woken();
      if (this.#drive(session, true)) this.#answered(session);
    }
  }

  /** Reads replies. True: the statement is done; false: it waits. `released`: what it waited for has come, so it will answer. */
  #drive(session: Session, released = false): boolean {
    for (let sure = released; ; sure = false) {
      if (session.closed) return true;
      const reply = sure ? session.connection.next() : this.#next(session);
      if (reply === WAITS_FOR_STANDBY) {
        session.confirmedAt = this.#options.replication?.flushed();
        this.#blocked(session, 'standby');
        return false;
      }
      if (reply === undefined) {
        session.closed = true;
        return true;
      }
      const type = reply[0] as number;
      if (type === TYPE.notice) {
        const { V: severity, M: text = '' } = fields(reply);
        if (severity === 'LOG') {
          if (!text.includes('still waiting for')) continue;
          this.#blocked(session, session.sleepMs === undefined ? 'lock' : 'sleep');
          return false;
        }
        if (severity === 'INFO' && session.heard(text)) continue;
      } else if (type === TYPE.error) {
        session.out.push(this.#errorOf(session, reply));
        continue;
      } else {
        const tag = session.count(type, reply);
        if (tag !== undefined) this.#options.simulation.record(`sql ${session.id} ${tag}`, session.text);
      }
      session.out.push(reply);
      if (type === TYPE.ready) {
        session.status = String.fromCharCode(reply[5] as number);
        session.ready = true;
        return true;
      }
      if (type === TYPE.copyIn) return true; // the client talks next
    }
  }

  #next({ connection, pid, mayCommit, confirms }: Session): Buffer | undefined {
    const { replication } = this.#options;
    if (
      replication === undefined ||
      replication.synchronous === '' ||
      pid === 0 ||
      !mayCommit ||
      confirms === undefined
    )
      return connection.next();
    return replyOrWait(connection, pid, replication);
  }

  #errorOf(session: Session, reply: Buffer): Buffer {
    const error = fields(reply);
    const { verdict } = session;
    if (verdict !== undefined && (error['C'] === '57014' || error['C'] === '57P01')) {
      session.verdict = undefined;
      error['C'] = verdict.code;
      error['M'] = verdict.text;
    }
    this.#options.simulation.record(`sql ${session.id} ERROR ${error['C']}`, session.text);
    return errorMessage(error);
  }

  #blocked(session: Session, kind: Wait['kind']): void {
    const { simulation, life } = this.#options;
    const since = this.#control.prepared(WAITS).find(([pid]) => Number(pid) === session.pid)?.[1];
    session.wait = { kind, since };
    if (kind !== 'sleep') session.freeze();
    session.stopTimers();
    simulation.record(`sql ${session.id} waits ${kind}`, session.text);
    const later = (at: number, run: () => void): void => void session.timers.push(simulation.at(at, run, life));
    if (session.sleepMs !== undefined) later(simulation.now + session.sleepMs, () => this.#wake(session));
    const { lock, statement } = session.timeouts;
    if (lock > 0 && kind === 'lock') later(simulation.now + lock, () => this.#cancel(session, LOCK_TIMEOUT));
    if (statement > 0) later(session.startedAt + statement, () => this.#cancel(session, STATEMENT_TIMEOUT));
  }

  /** A sleep is over: its gate is opened for a moment. */
  #wake(session: Session): void {
    this.#clock.set();
    this.#control.query(`select pg_advisory_unlock(${SLEEP_LOCK}, ${session.pid})`);
    session.woken();
    const done = this.#drive(session);
    this.#control.query(`select pg_advisory_lock(${SLEEP_LOCK}, ${session.pid})`);
    if (done) this.#answered(session);
    this.#settleOthers();
  }

  #cancel(session: Session, verdict: Verdict): void {
    if (session.wait === undefined) return;
    session.verdict = verdict;
    this.#control.query(`select pg_cancel_backend(${session.pid})`);
    session.woken();
    this.#proceed(session, true);
    session.verdict = undefined;
  }

  /** A standby has confirmed: commits that waited for that go on, one at a time. */
  #confirmed(upTo: Lsn | undefined): void {
    for (const session of this.#sessions) {
      if (session.wait?.kind !== 'standby') continue;
      if (upTo !== undefined && (session.confirmedAt ?? 0n) > upTo) continue;
      session.woken();
      this.#proceed(session, true);
    }
  }

  #cancelRequest(pid: number, secret: number): void {
    for (const session of this.#sessions) {
      if (session.pid === pid && session.secret === secret && session.wait !== undefined)
        this.#cancel(session, USER_CANCEL);
    }
  }

  #answered(session: Session): void {
    const { simulation, life, replication } = this.#options;
    if (session.timeoutsStale && !session.closed && session.status !== 'E') refreshTimeouts(session);
    const { administers } = session;
    session.administers = '';
    if (administers !== '') replication?.administered(administers);
    this.#reply(session);
    if (session.closed) return;
    if (session.status !== 'I' && session.timeouts.idleInTransaction > 0) {
      session.idleTimer = simulation.after(
        session.timeouts.idleInTransaction,
        () => this.#terminate(session, IDLE_TIMEOUT),
        life,
      );
    }
    if (session.orphan) {
      this.#end(session, true);
      return;
    }
    const next = session.queue.shift();
    if (next !== undefined) this.#statement(session, next);
  }

  /** The answer leaves when its cost has passed, in order. */
  #reply(session: Session): void {
    const { simulation, life } = this.#options;
    const { socket } = session;
    const bytes = session.out.length === 1 ? (session.out[0] as Buffer) : Buffer.concat(session.out);
    session.out.length = 0;
    if (session.pid !== 0) session.greeting ??= bytes;
    const work = { rows: session.rows, bytes: session.bytes, commits: session.commits && session.status === 'I' };
    if (session.status === 'I') session.commits = false;
    session.rows = 0;
    session.bytes = 0;
    session.replyAt = Math.max(session.replyAt, this.#queue.done(simulation.now, work));
    if (bytes.length > 0) socket.sendAt(session.replyAt, bytes);
    if (session.closed) simulation.at(session.replyAt, () => socket.end(), life);
  }

  #terminate(session: Session, verdict: Verdict): void {
    if (session.ended) return;
    session.verdict = verdict;
    this.#control.query(`select pg_terminate_backend(${session.pid})`);
    this.#proceed(session);
  }

  /** A statement may have ended a transaction: waiters may have been granted their lock, listeners may have been notified. */
  #settleOthers(committed = true): void {
    let released = false;
    for (let again = true; again && !this.#dead;) {
      again = false;
      const waiting = [...this.#sessions].filter(({ wait }) => wait !== undefined && wait.kind !== 'standby');
      if (waiting.length === 0) break;
      const waits = new Map(this.#control.prepared(WAITS).map(([pid, since]) => [Number(pid), since]));
      for (const session of waiting) {
        if (session.wait === undefined || waits.get(session.pid) === session.wait.since) continue;
        session.woken(); // granted, which the releaser does before it answers: it will answer or wait again
        if (this.#drive(session)) this.#answered(session);
        again = true;
        released = true;
      }
    }
    // A statement inside a transaction has told nobody anything yet.
    const listeners = committed ? this.#sessions : [];
    for (const session of listeners) {
      if (session.listening && session.wait === undefined && session.status === 'I' && !session.closed)
        this.#notify(session);
    }
    if (committed || released) this.#options.replication?.committed();
  }

  #notify(session: Session): void {
    pokeListener(session);
    if (session.out.length === 0) return;
    this.#options.simulation.record(`notify ${session.id} ${session.out.length}`);
    this.#reply(session);
  }

  #end(session: Session, force = false): void {
    if (session.ended) return;
    if (session.wait !== undefined && !force) {
      session.orphan = true;
      return;
    }
    session.ended = true;
    session.stopTimers();
    session.stopIdleTimer();
    this.#sessions.delete(session);
    if (this.#dead) return;
    if (!this.#parked(session)) {
      if (!session.closed) {
        session.connection.write(message(TYPE.terminate));
        session.connection.readToEnd();
      }
      session.connection.close();
    }
    this.#control.query(`select pg_advisory_unlock(${SLEEP_LOCK}, ${session.pid})`);
    this.#settleOthers();
  }

  /** Keeps the backend of a client that has gone for one that begins as it did. False: it was not kept. */
  #parked({ ready, closed, wait, status, startup, greeting, connection }: Session): boolean {
    if (!ready || closed || wait !== undefined || greeting === undefined) return false;
    return this.#options.server.parked.park(startup, greeting, connection, status !== 'I');
  }

  /** Lets go of everything; the server may be gone already, unless its backends are to be kept for the next run. */
  close(keepBackends: boolean): void {
    if (this.#dead) return;
    this.#dead = true;
    for (const session of this.#sessions) {
      session.thaw();
      if (!keepBackends || !this.#parked(session)) session.connection.close();
    }
    this.#sessions.clear();
    this.#control.query('select pg_advisory_unlock_all()'); // the gates of sleepers: the connection is the next life's
    this.#options.replication?.close();
    this.#clock.close();
  }
}
