import type { Duplex } from 'node:stream';
import { Client } from './client.ts';
import { Core } from './core.ts';
import { error } from './encoder.ts';
import { execute } from './execute.ts';
import { ProtocolError } from './parser.ts';
import { loadSnapshot, takeSnapshot } from './snapshot.ts';
import type { RedisOptions, RedisSnapshot, RedisStats } from './types.ts';

export type { RedisOptions, RedisSnapshot, RedisStats } from './types.ts';

/**
 * A Redis server for sockets that somebody else accepts. It has one thread: commands run one at a time, those of a
 * chunk together, each after its cost.
 */
export class RedisServer {
  readonly #core: Core;
  readonly #cost: RedisOptions['cost'];
  /** Clients with commands to run, first come first. */
  readonly #queue: Client[] = [];
  readonly #written = new Set<Client>();
  /** Clients that left before their last command had run. */
  readonly #ended = new Set<Client>();
  #running = false;
  #busy: { cancel(): void } | undefined;
  #nextClient = 1;
  #closed = false;

  constructor(options: RedisOptions) {
    this.#cost = options.cost?.bind(options);
    this.#core = new Core(options.host, {
      send: (client, text) => this.#send(client, text),
      wake: (client) => this.#wake(client),
      flush: () => this.#work(),
    });
    const problem = this.#core.config.set(Object.entries(options.config ?? {}));
    if (problem !== undefined) throw new Error(`Redis configuration: ${problem}`);
    if (options.data !== undefined) loadSnapshot(this.#core.databases, options.data);
  }

  get stats(): Readonly<RedisStats> {
    return this.#core.stats;
  }

  /** Serves a connection until its socket ends. */
  accept(socket: Duplex): void {
    const core = this.#core;
    const client = new Client(this.#nextClient++, socket, core.now());
    core.clients.set(client.id, client);
    core.stats.connections += 1;
    socket.on('data', (chunk: Buffer) => this.#receive(client, chunk));
    socket.on('end', () => this.#leave(client));
    socket.on('error', () => core.drop(client));
    // Commands that arrived before an orderly end are still run.
    socket.on('close', () => client.leaving || core.drop(client));
  }

  /** A plain copy of the data for a restart without loss. */
  snapshot(): RedisSnapshot {
    return takeSnapshot(this.#core.databases, this.#core.now());
  }

  /** The process dies: no timer fires and nothing is written any more. The sockets are the world's to destroy. */
  close(): void {
    this.#closed = true;
    this.#busy?.cancel();
    this.#core.expiry.close();
    for (const client of this.#core.clients.values()) client.blocked?.timer?.cancel();
  }

  #receive(client: Client, chunk: Buffer): void {
    if (this.#closed || client.closing || client.gone) return;
    try {
      client.parser.push(chunk);
      for (let argv = client.parser.next(); argv !== undefined; argv = client.parser.next()) client.inbox.push(argv);
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      this.#send(client, error(`ERR Protocol error: ${cause.message}`));
      client.closing = true;
    }
    this.#wake(client);
    this.#work();
  }

  #leave(client: Client): void {
    client.leaving = true;
    if (client.inbox.length > 0 && client.blocked === undefined) return;
    this.#core.drop(client);
    client.socket.end();
  }

  #send(client: Client, text: string): void {
    if (client.gone) return;
    client.out += text;
    this.#written.add(client);
  }

  #wake(client: Client): void {
    if (client.inbox.length > 0 && client.blocked === undefined && !this.#queue.includes(client)) {
      this.#queue.push(client);
    }
  }

  /**
   * Runs what is queued until nothing is left or the thread is busy, then brings out what was written. `paid`: the cost
   * of the first command has passed.
   */
  #work(paid = false): void {
    if (this.#running || this.#closed) return;
    this.#running = true;
    if (paid) this.#runFirst();
    while (this.#busy === undefined) {
      const client = this.#queue[0];
      if (client === undefined) break;
      const argv = client.inbox[0];
      if (argv === undefined || client.blocked !== undefined) {
        this.#queue.shift();
        if (client.leaving && !client.gone) this.#ended.add(client);
        continue;
      }
      const cost = this.#cost?.(argv[0] ?? '', argv.length, bytesOf(argv)) ?? 0;
      if (cost > 0) {
        this.#busy = this.#core.host.after(cost, () => {
          this.#busy = undefined;
          this.#work(true);
        });
      } else {
        this.#runFirst();
      }
    }
    this.#flush();
    this.#running = false;
  }

  /** Runs the first client's first command, unless the client went away meanwhile. */
  #runFirst(): void {
    const client = this.#queue[0];
    const argv = client?.inbox.shift();
    if (client === undefined || argv === undefined) return;
    const reply = execute(this.#core, client, argv);
    if (reply !== undefined) this.#send(client, reply);
    if (client.closing) client.inbox.length = 0;
  }

  #flush(): void {
    for (const client of this.#written) {
      const text = client.out;
      client.out = '';
      if (client.gone || !client.socket.writable) continue;
      client.socket.write(text, 'latin1');
      if (client.closing) client.socket.end();
    }
    this.#written.clear();
    for (const client of this.#ended) this.#leave(client);
    this.#ended.clear();
  }
}

function bytesOf(argv: readonly string[]): number {
  let bytes = 0;
  for (const argument of argv) bytes += argument.length;
  return bytes;
}
