import type { Client } from './client.ts';
import { bulk } from './encoder.ts';
import { globMatch } from './glob.ts';

/** Who listens to what, in order of subscription. */
export class PubSub {
  readonly #send: (client: Client, text: string) => void;
  readonly channels = new Map<string, Set<Client>>();
  readonly patterns = new Map<string, Set<Client>>();

  constructor(send: (client: Client, text: string) => void) {
    this.#send = send;
  }

  /** Delivers to subscribers of the channel, then of matching patterns; returns how many deliveries that were. */
  publish(channel: string, message: string): number {
    let receivers = 0;
    for (const client of this.channels.get(channel) ?? []) {
      this.#send(client, client.reply.push([bulk('message'), bulk(channel), bulk(message)]));
      receivers += 1;
    }
    for (const [pattern, clients] of this.patterns) {
      if (!globMatch(pattern, channel)) continue;
      for (const client of clients) {
        this.#send(client, client.reply.push([bulk('pmessage'), bulk(pattern), bulk(channel), bulk(message)]));
        receivers += 1;
      }
    }
    return receivers;
  }

  subscribe(client: Client, kind: 'channels' | 'patterns', name: string): void {
    client[kind].add(name);
    const clients = this[kind].get(name);
    if (clients === undefined) this[kind].set(name, new Set([client]));
    else clients.add(client);
  }

  unsubscribe(client: Client, kind: 'channels' | 'patterns', name: string): void {
    client[kind].delete(name);
    const clients = this[kind].get(name);
    clients?.delete(client);
    if (clients?.size === 0) this[kind].delete(name);
  }

  /** Forgets the client without a word to it. */
  drop(client: Client): void {
    for (const name of client.channels) this.unsubscribe(client, 'channels', name);
    for (const name of client.patterns) this.unsubscribe(client, 'patterns', name);
  }
}
