import { Blocking } from './blocking.ts';
import type { Client } from './client.ts';
import { Config } from './config.ts';
import { Database } from './database.ts';
import { Expiry } from './expiry.ts';
import { Memory } from './memory.ts';
import { Notifications } from './notifications.ts';
import { PubSub } from './pubsub.ts';
import type { RedisHost, RedisStats } from './types.ts';

const DATABASES = 16;

/** What the core needs from the part that owns the sockets and the thread. */
export interface CoreOutput {
  send(client: Client, text: string): void;
  /** The client is no longer blocked: its commands may run again. */
  wake(client: Client): void;
  /** Something was sent, outside a command perhaps: bring it out. Does nothing while commands run. */
  flush(): void;
}

/** The server's state without sockets: what commands work on. */
export class Core {
  readonly host: RedisHost;
  readonly startedAt: number;
  readonly databases: readonly Database[];
  readonly clients = new Map<number, Client>();
  readonly pubsub: PubSub;
  readonly notifications: Notifications;
  readonly blocking: Blocking;
  readonly expiry: Expiry;
  readonly memory: Memory;
  readonly config: Config;
  readonly stats: RedisStats = { commands: 0, connections: 0, expired: 0, evicted: 0, errors: 0 };

  constructor(host: RedisHost, output: CoreOutput) {
    this.host = host;
    this.startedAt = host.now();
    this.pubsub = new PubSub((client, text) => output.send(client, text));
    this.notifications = new Notifications((channel, message) => this.pubsub.publish(channel, message));
    this.blocking = new Blocking(host, (client, reply) => {
      output.send(client, reply);
      output.wake(client);
      output.flush(); // after a time-out nobody else does
    });
    this.expiry = new Expiry(
      host,
      (database, key) => this.databases[database]?.entries.get(key)?.expireAt,
      (database, key) => {
        this.databases[database]?.expire(key);
        output.flush();
      },
    );
    this.databases = Array.from(
      { length: DATABASES },
      (_, index) =>
        new Database(index, {
          now: () => host.now(),
          notify: (kind, event, key, database) => this.notifications.emit(kind, event, key, database),
          expires: (database, key, at) => this.expiry.add(database, key, at),
          expired: () => (this.stats.expired += 1),
          resized: (bytes) => (this.memory.used += bytes),
          ready: (database, key) => this.blocking.signal(database, key),
        }),
    );
    this.memory = new Memory(host, this.databases);
    this.config = new Config(this.notifications, this.memory, DATABASES);
  }

  /** Wall clock in whole ms, as commands see it. */
  now(): number {
    return Math.floor(this.host.now());
  }

  /** Forgets a client's watches. */
  unwatch(client: Client): void {
    for (const { database, key } of client.watched) {
      const watchers = database.watchers.get(key);
      watchers?.delete(client);
      if (watchers?.size === 0) database.watchers.delete(key);
    }
    client.watched.length = 0;
    client.watchBroken = false;
  }

  /** Forgets a client whose connection is gone. */
  drop(client: Client): void {
    client.gone = true;
    client.inbox.length = 0;
    this.clients.delete(client.id);
    this.pubsub.drop(client);
    this.unwatch(client);
    this.blocking.unblock(client);
  }
}
