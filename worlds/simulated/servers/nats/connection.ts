import type { Duplex } from 'node:stream';
import { status } from './headers.ts';
import type { Subscription } from './interest.ts';
import type { NatsNode } from './node.ts';
import { type Operation, Parser, ProtocolError } from './parser.ts';
import { isLiteral, isValid } from './subjects.ts';
import { EMPTY, type Message, type Timer } from './types.ts';

/** nats-server's `ping_interval` and `ping_max`. */
const PING_MS = 120_000;
const PINGS_OUT_MAX = 2;
const CRLF = Buffer.from('\r\n');

export interface ClientSubscription extends Subscription {
  readonly sid: string;
  readonly connection: Connection;
  /** Ends after so many messages; 0: never. */
  max: number;
  delivered: number;
}

/** A client of one node. */
export class Connection {
  readonly #node: NatsNode;
  readonly #socket: Duplex;
  readonly #id: number;
  readonly #address: string;
  readonly #parser = new Parser();
  readonly #subscriptions = new Map<string, ClientSubscription>();
  #out: Buffer[] = [];
  #gone = false;
  #connected = false;
  #verbose = false;
  #pedantic = false;
  #headers = false;
  #noResponders = false;
  #pingsOut = 0;
  #ping: Timer | undefined;
  /** Whether its own messages come back to it. */
  echo = true;

  constructor(node: NatsNode, socket: Duplex, id: number, address: string) {
    this.#node = node;
    this.#socket = socket;
    this.#id = id;
    this.#address = address;
  }

  open(): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => this.#close());
    socket.on('error', () => this.#close());
    socket.on('close', () => this.#close());
    this.#write(`INFO ${this.#node.info(this.#id, this.#address)} \r\n`);
    this.#keepAlive();
  }

  /** INFO again: the cluster has changed. */
  announce(): void {
    if (this.#connected) this.#write(`INFO ${this.#node.info(this.#id, this.#address)} \r\n`);
  }

  #keepAlive(): void {
    this.#ping = this.#node.host.after(PING_MS, () => {
      if (this.#pingsOut >= PINGS_OUT_MAX) return this.#fail('Stale Connection');
      this.#pingsOut += 1;
      this.#write('PING\r\n');
      return this.#keepAlive();
    });
  }

  #receive(chunk: Buffer): void {
    if (this.#gone) return;
    try {
      this.#parser.push(chunk);
      for (let next = this.#parser.next(); next !== undefined && !this.#gone; next = this.#parser.next()) {
        this.#do(next);
      }
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      this.#fail(cause.message);
    }
  }

  #do(operation: Operation): void {
    switch (operation.kind) {
      case 'connect': {
        const { options } = operation;
        this.#connected = true;
        this.#verbose = options['verbose'] === true;
        this.#pedantic = options['pedantic'] === true;
        this.#headers = options['headers'] === true;
        this.#noResponders = this.#headers && options['no_responders'] === true;
        this.echo = options['echo'] !== false;
        return this.#ok();
      }
      case 'ping':
        return this.#write('PONG\r\n');
      case 'pong':
        this.#pingsOut = 0;
        return undefined;
      case 'subscribe':
        return this.#subscribe(operation.subject, operation.queue, operation.sid);
      case 'unsubscribe':
        return this.#unsubscribe(operation.sid, operation.max);
      case 'publish':
        return this.#publish(operation.message);
    }
  }

  #subscribe(subject: string, queue: string | undefined, sid: string): void {
    if (!isValid(subject)) return this.#write("-ERR 'Invalid Subject'\r\n");
    if (!this.#subscriptions.has(sid)) {
      const subscription: ClientSubscription = { subject, queue, sid, connection: this, max: 0, delivered: 0 };
      this.#subscriptions.set(sid, subscription);
      this.#node.interest.add(subscription);
      this.#node.interestChanged();
    }
    return this.#ok();
  }

  #unsubscribe(sid: string, max: number): void {
    const subscription = this.#subscriptions.get(sid);
    if (subscription !== undefined) {
      subscription.max = max;
      if (max === 0 || subscription.delivered >= max) this.#end(subscription);
    }
    this.#ok();
  }

  #end(subscription: ClientSubscription): void {
    this.#subscriptions.delete(subscription.sid);
    this.#node.interest.remove(subscription);
    this.#node.interestChanged();
  }

  #publish(message: Message): void {
    // As the real server: only a client that asks for it is told, and wildcards travel in requests of the management API.
    if (this.#pedantic && (!isValid(message.subject) || !isLiteral(message.subject)))
      this.#write(`-ERR 'Invalid Publish Subject'\r\n`);
    this.#ok();
    const wanted = this.#node.publish(message, message.subject, this);
    if (wanted || message.reply === undefined || !this.#noResponders) return;
    const { subject, reply } = message;
    const nobody = { subject: reply, headers: status('503', ['Nats-Subject', subject]), payload: EMPTY };
    for (const subscription of this.#node.interest.match(reply)) {
      if (subscription.connection === this) return this.deliver(nobody, subscription);
    }
  }

  /** Sends a message to one of this client's subscriptions. */
  deliver(message: Message, subscription: ClientSubscription): void {
    if (this.#gone) return;
    const { subject, reply, payload } = message;
    const headers = this.#headers ? message.headers : undefined;
    const to = `${subject} ${subscription.sid}${reply === undefined ? '' : ` ${reply}`}`;
    const bytes = payload.length + (headers?.length ?? 0);
    const line = headers === undefined ? `MSG ${to} ${bytes}\r\n` : `HMSG ${to} ${headers.length} ${bytes}\r\n`;
    this.#write(Buffer.concat([Buffer.from(line), headers ?? EMPTY, payload, CRLF]));
    subscription.delivered += 1;
    if (subscription.max > 0 && subscription.delivered >= subscription.max) this.#end(subscription);
  }

  #ok(): void {
    if (this.#verbose) this.#write('+OK\r\n');
  }

  #fail(reason: string): void {
    this.#write(`-ERR '${reason}'\r\n`);
    this.#flush();
    this.#socket.end();
    this.#close();
  }

  /** What is written at one instant goes out in one piece. */
  #write(text: string | Buffer): void {
    if (this.#gone) return;
    this.#out.push(typeof text === 'string' ? Buffer.from(text) : text);
    if (this.#out.length === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    if (this.#out.length === 0 || this.#gone) return;
    const bytes = Buffer.concat(this.#out);
    this.#out = [];
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  #close(): void {
    if (this.#gone) return;
    this.forget();
    for (const subscription of this.#subscriptions.values()) this.#node.interest.remove(subscription);
    this.#subscriptions.clear();
    this.#socket.destroy();
    this.#node.drop(this);
  }

  /** The node is gone: nothing is said any more. */
  forget(): void {
    this.#gone = true;
    this.#ping?.cancel();
  }
}
