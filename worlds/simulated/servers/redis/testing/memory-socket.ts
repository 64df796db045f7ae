import { Duplex } from 'node:stream';

class Half extends Duplex {
  peer: Half | undefined;

  override _read(): void {
    // The peer pushes.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.peer?.push(chunk);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.peer?.push(null);
    done(error);
  }

  override _final(done: () => void): void {
    this.peer?.push(null);
    done();
  }
}

/** Two ends of a connection in memory. */
export function memorySocketPair(): [client: Duplex, server: Duplex] {
  const [client, server] = [new Half(), new Half()];
  client.peer = server;
  server.peer = client;
  return [client, server];
}
