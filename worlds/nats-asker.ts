import { type NatsConnection, connect } from '@nats-io/transport-node';

const TIMEOUT_MS = 5000;

/** Requests to NATS servers with the ordinary client, over one connection to each that is asked. */
export class NatsAsker {
  readonly #connections = new Map<string, Promise<NatsConnection>>();

  /**
   * The answer to a request, JSON both ways.
   * @param servers `host:port`, tried in their order
   * @throws the client's errors: nobody is connected, nobody answers (after 5 s), no responders
   */
  async ask(servers: readonly string[], subject: string, payload?: unknown): Promise<unknown> {
    const connection = await this.#connection(servers);
    const body = payload === undefined ? undefined : JSON.stringify(payload);
    const { data } = await connection.request(subject, body, { timeout: TIMEOUT_MS });
    return data.length === 0 ? undefined : (JSON.parse(new TextDecoder().decode(data)) as unknown);
  }

  async #connection(servers: readonly string[]): Promise<NatsConnection> {
    const key = servers.join();
    const kept = await this.#connections.get(key)?.catch(() => undefined);
    if (kept !== undefined && !kept.isClosed()) return kept;
    const made = connect({
      servers: [...servers],
      noRandomize: true,
      reconnect: false, // the next request connects anew
      ignoreClusterUpdates: true,
      timeout: TIMEOUT_MS,
    });
    this.#connections.set(key, made);
    return made;
  }

  async close(): Promise<void> {
    for (const connection of this.#connections.values()) await connection.then((open) => open.close()).catch(() => {});
    this.#connections.clear();
  }
}
