import { signalServer } from './server.ts';
import type { SimEvent } from '../../kernel/heap.ts';
import type { SimSocket } from '../../network/socket.ts';
import type { Batch } from './client-stream.ts';
import type { Lsn } from './replication/messages.ts';
import type { SyncConnection } from './sync-connection.ts';
import { NO_TIMEOUTS, type Timeouts } from './timeouts.ts';
import { TYPE, commandTag } from './wire.ts';

const WRITES = /^(INSERT|UPDATE|DELETE|MERGE|COPY|COMMIT|CREATE|DROP|ALTER|TRUNCATE)/;

/** What a statement waits for: a lock of another session, the end of a sleep, or a standby that confirms its commit. */
export interface Wait {
  readonly kind: 'lock' | 'sleep' | 'standby';
  /** Start of the wait as pg_locks shows it: tells one wait from the next of the same session. */
  readonly since: string | null | undefined;
}

/** The error that a cancelled statement ends with, in place of the server's own. */
export interface Verdict {
  readonly code: string;
  readonly text: string;
}

/** One client's session: its simulated socket and its own real backend. */
export class Session {
  readonly id: number;
  readonly socket: SimSocket;
  readonly connection: SyncConnection;
  /** The client's first message, as the server gets it. */
  readonly startup: Buffer;
  /** What the server answered to it; undefined: it has not, or refused. */
  greeting: Buffer | undefined;
  /** Process id and secret of the backend, for cancel requests. */
  pid = 0;
  secret = 0;
  /** Of ReadyForQuery: idle, in a transaction, in a failed transaction. */
  status = 'I';
  /** Messages for the client, until the statement is done. */
  readonly out: Buffer[] = [];
  /** Batches that came while a statement was waiting. */
  readonly queue: Batch[] = [];
  wait: Wait | undefined;
  /** Its backend is stopped while it waits. */
  frozen = false;
  /** Position that a standby has to confirm. */
  confirmedAt: Lsn | undefined;
  /** Backends that the statement under way has cancelled. */
  readonly cancels: number[] = [];
  /** Text of the statement under way when it administers the server. */
  administers = '';
  /** Of the statement under way, when somebody reads the trace. */
  text = '';
  /** The statement under way may commit, and so wait for a standby. */
  mayCommit = true;
  /** Whose commits may wait for a standby: nobody's, this transaction's, all of the session's. */
  confirms: Batch['confirms'];
  verdict: Verdict | undefined;
  sleepMs: number | undefined;
  startedAt = 0;
  replyAt = 0;
  listening = false;
  timeouts: Timeouts = NO_TIMEOUTS;
  /** It has mentioned a time-out: they are read back. */
  timeoutsStale = false;
  timers: SimEvent[] = [];
  idleTimer: SimEvent | undefined;
  /** The backend has gone. */
  closed = false;
  /** The backend has answered all that it was sent, and waits for the next statement. */
  ready = false;
  /** The client has gone; a waiting backend does not notice, as in the real server. */
  orphan = false;
  ended = false;
  rows = 0;
  bytes = 0;
  commits = false;

  constructor(id: number, socket: SimSocket, connection: SyncConnection, startup: Buffer) {
    this.id = id;
    this.socket = socket;
    this.connection = connection;
    this.startup = startup;
    if (startup.includes('synchronous_commit')) this.confirms = 'session';
  }

  /** What the functions of virtual-time.ts say of themselves; false: it is a message for the client. */
  heard(text: string): boolean {
    const [, verb, figure] = /^sim_(sleep|cancel) (.+)$/.exec(text) ?? [];
    if (verb === 'sleep') this.sleepMs = Number(figure) * 1000;
    if (verb === 'cancel') this.cancels.push(Number(figure));
    return verb !== undefined;
  }

  /** Takes note of a reply for its cost, of whom it is from, of whether the session listens. Returns the tag of a statement that is complete. */
  count(type: number, reply: Buffer): string | undefined {
    this.bytes += reply.length;
    if (type === TYPE.dataRow) this.rows += 1;
    if (type === TYPE.keyData) {
      this.pid = reply.readInt32BE(5);
      this.connection.backend = this.pid;
      this.secret = reply.readInt32BE(9);
    }
    if (type !== TYPE.commandComplete) return undefined;
    const tag = commandTag(reply);
    if (tag === 'LISTEN') this.listening = true;
    else if (tag.startsWith('UNLISTEN')) this.listening = false;
    if (WRITES.test(tag)) this.commits = true;
    return tag;
  }

  /**
   * A waiting backend is stopped (SIGSTOP), so that of several that one commit releases only one runs at a time, in the
   * order of their sessions: otherwise they race each other for the row in real time.
   */
  freeze(): void {
    this.frozen = true;
    signalServer(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    if (!this.frozen) return;
    this.frozen = false;
    signalServer(this.pid, 'SIGCONT');
  }

  /** Its wait is over, and so is its sleep. */
  woken(): void {
    this.wait = undefined;
    this.sleepMs = undefined;
    this.stopTimers();
    this.thaw();
  }

  stopTimers(): void {
    for (const timer of this.timers) timer.cancelled = true;
    this.timers = [];
  }

  stopIdleTimer(): void {
    if (this.idleTimer !== undefined) this.idleTimer.cancelled = true;
    this.idleTimer = undefined;
  }
}
