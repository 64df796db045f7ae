import { JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, connect } from '@nats-io/transport-node';
import type { StreamMessage } from '../contract/index.ts';

const TIMEOUT_MS = 5000;
/** Messages asked for at a time. */
const BATCH = 500;
/** The server's code for a stream that is not there. */
const NO_STREAM = 10_059;

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

  /**
   * What a stream holds, in its order: read by an ordered consumer, which leaves nothing behind.
   * @throws the client's errors: nobody is connected, the stream has no leader
   */
  async stream(servers: readonly string[], name: string): Promise<readonly StreamMessage[]> {
    const connection = await this.#connection(servers);
    const manager = await jetstreamManager(connection, { timeout: TIMEOUT_MS, checkAPI: false });
    const found = await manager.streams.info(name).catch((error: unknown) => {
      if (error instanceof JetStreamApiError && error.code === NO_STREAM) return undefined;
      throw error;
    });
    const last = found?.state.last_seq ?? 0;
    if (found === undefined || found.state.messages === 0) return [];
    const consumer = await jetstream(connection, { timeout: TIMEOUT_MS }).consumers.get(name);
    const messages: StreamMessage[] = [];
    for await (const message of await consumer.consume({ max_messages: BATCH })) {
      const id = message.headers?.get('Nats-Msg-Id') ?? '';
      const { seq: sequence, subject } = message;
      messages.push({ sequence, subject, body: message.json(), ...(id === '' ? {} : { id }) });
      if (sequence >= last) break;
    }
    return messages;
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
