import type { Duplex } from 'node:stream';
import type { Command } from './call.ts';
import type { Database } from './database.ts';
import { RESP2, type Encoder } from './encoder.ts';
import { RequestParser } from './parser.ts';

/** A command held back until EXEC. */
export interface QueuedCommand {
  readonly command: Command;
  readonly argv: readonly string[];
}

/** Why and for what a client waits. */
export interface Blocked {
  readonly database: Database;
  readonly keys: readonly string[];
  /** Tries to take something at `key`; an encoded reply when it did. Throws ReplyError to answer with an error. */
  serve(key: string): string | undefined;
  /** The encoded reply when the time is up. */
  readonly timedOut: string;
  timer: { cancel(): void } | undefined;
}

/** One connection. */
export class Client {
  readonly id: number;
  readonly socket: Duplex;
  readonly parser = new RequestParser();
  readonly connectedAt: number;
  /** Replies that wait for the end of the turn. */
  out = '';
  /** Commands read and not yet executed. */
  readonly inbox: string[][] = [];
  reply: Encoder = RESP2;
  database = 0;
  name = '';
  library = { name: '', version: '' };
  lastCommand = 'NULL';
  /** Nothing more is read; the connection ends when the replies are out. */
  closing = false;
  /** The peer has sent all that it will: the connection ends when its commands have run. */
  leaving = false;
  /** The connection is gone. */
  gone = false;
  transaction: { readonly queue: QueuedCommand[]; failed: boolean } | undefined;
  readonly watched: { readonly database: Database; readonly key: string }[] = [];
  /** A watched key has changed. */
  watchBroken = false;
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  blocked: Blocked | undefined;

  constructor(id: number, socket: Duplex, connectedAt: number) {
    this.id = id;
    this.socket = socket;
    this.connectedAt = connectedAt;
  }

  /** In RESP2 a subscribed connection takes a few commands only. */
  get subscriptions(): number {
    return this.channels.size + this.patterns.size;
  }
}
