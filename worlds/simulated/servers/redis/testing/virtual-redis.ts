import { RedisServer, type RedisOptions } from '../server.ts';
import { TestConnection } from './connection.ts';
import { memorySocketPair } from './memory-socket.ts';
import { VirtualHost } from './virtual-host.ts';

/** A server in virtual time with connections in memory. */
export class VirtualRedis {
  readonly host: VirtualHost;
  readonly server: RedisServer;

  constructor(options: Omit<RedisOptions, 'host'> = {}, host = new VirtualHost()) {
    this.host = host;
    this.server = new RedisServer({ ...options, host });
  }

  connect(): TestConnection {
    const [client, socket] = memorySocketPair();
    this.server.accept(socket);
    return new TestConnection(client);
  }

  /** A connection that listens to all keyspace events. */
  async observe(): Promise<TestConnection> {
    const connection = this.connect();
    await connection.ask('PSUBSCRIBE', '__key*');
    connection.received.length = 0;
    return connection;
  }

  /** Lets what was written arrive, virtual time pass, and the answers arrive. */
  async advance(ms: number): Promise<void> {
    await settle();
    this.host.advance(ms);
    await settle();
  }
}

/** Lets what was written into sockets arrive. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
