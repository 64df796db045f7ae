import type { Blocked, Client } from './client.ts';
import type { Database } from './database.ts';
import { error } from './encoder.ts';
import { ReplyError } from './errors.ts';
import type { RedisHost } from './types.ts';

/** Clients that wait for a key, and the keys that became ready. */
export class Blocking {
  readonly #host: RedisHost;
  readonly #resume: (client: Client, reply: string) => void;
  #ready: { readonly database: Database; readonly key: string }[] = [];

  /** `resume` sends the reply and lets the client's next commands run. */
  constructor(host: RedisHost, resume: (client: Client, reply: string) => void) {
    this.#host = host;
    this.#resume = resume;
  }

  /** `timeoutMs` 0 waits for ever. */
  block(client: Client, blocked: Blocked, timeoutMs: number): void {
    client.blocked = blocked;
    for (const key of blocked.keys) {
      const queue = blocked.database.waiting.get(key);
      if (queue === undefined) blocked.database.waiting.set(key, [client]);
      else if (!queue.includes(client)) queue.push(client);
    }
    if (timeoutMs > 0) blocked.timer = this.#host.after(timeoutMs, () => this.unblock(client, blocked.timedOut));
  }

  /** Ends the wait, with a reply unless the client is gone. */
  unblock(client: Client, reply?: string): void {
    const blocked = client.blocked;
    if (blocked === undefined) return;
    client.blocked = undefined;
    blocked.timer?.cancel();
    for (const key of blocked.keys) {
      const queue = blocked.database.waiting.get(key);
      if (queue === undefined) continue;
      const at = queue.indexOf(client);
      if (at !== -1) queue.splice(at, 1);
      if (queue.length === 0) blocked.database.waiting.delete(key);
    }
    if (reply !== undefined) this.#resume(client, reply);
  }

  /** A key that somebody waits for has come to be. */
  signal(database: Database, key: string): void {
    if (!this.#ready.some((ready) => ready.key === key && ready.database === database)) {
      this.#ready.push({ database, key });
    }
  }

  /** Serves those who wait, after a command or transaction; serving may make further keys ready. */
  serve(): void {
    while (this.#ready.length > 0) {
      const ready = this.#ready;
      this.#ready = [];
      for (const { database, key } of ready) {
        for (const client of database.waiting.get(key)?.slice() ?? []) {
          const reply = attempt(client, key);
          if (reply !== undefined) this.unblock(client, reply);
        }
      }
    }
  }
}

function attempt(client: Client, key: string): string | undefined {
  try {
    return client.blocked?.serve(key);
  } catch (cause) {
    if (cause instanceof ReplyError) return error(cause.message);
    throw cause;
  }
}
