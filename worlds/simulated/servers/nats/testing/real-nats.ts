import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { VERSION } from '../types.ts';

/**
 * The real server: on PATH, or where the build of the images keeps it (worlds/deployed/images/go.ts). In CI its absence is
 * a failure, not a skip.
 */
export function realNatsPath(): string | undefined {
  const cache = process.env['FAULTLINE_CACHE'] ?? path.join(homedir(), '.cache', 'faultline');
  const places = [
    ...(process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, 'nats-server')),
    path.join(cache, 'images', 'bin', `nats-server-${VERSION}`),
  ];
  const found = places.find((place) => existsSync(place));
  if (found === undefined && process.env['CI'] !== undefined) {
    throw new Error(
      'nats-server is neither on PATH nor built (npm run images), and CI must not skip the differential test',
    );
  }
  return found;
}

/** Real nats-servers on loopback: one alone, or a cluster. */
export class RealNats {
  readonly ports: readonly number[];
  readonly #processes: readonly ChildProcess[];
  readonly #folder: string;

  private constructor(ports: readonly number[], processes: readonly ChildProcess[], folder: string) {
    this.ports = ports;
    this.#processes = processes;
    this.#folder = folder;
  }

  static async start(program: string, nodes: number): Promise<RealNats> {
    const folder = mkdtempSync(path.join(tmpdir(), 'faultline-nats-'));
    const ports = await freePorts(nodes);
    const routePorts = await freePorts(nodes);
    const routes = routePorts.map((port) => `nats://127.0.0.1:${port}`).join();
    const processes = ports.map((port, index) =>
      spawn(
        program,
        [
          ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', path.join(folder, String(index))],
          nodes === 1
            ? []
            : [
                ['--server_name', `nats-${index + 1}`, '--cluster_name', 'nats'],
                ['--cluster', `nats://127.0.0.1:${routePorts[index]}`, '--routes', routes],
              ].flat(),
        ].flat(),
        { stdio: ['ignore', 'ignore', 'pipe'] },
      ),
    );
    let log = '';
    for (const child of processes) child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const wanted =
      nodes === 1 ? /Server is ready/ : /JetStream cluster new metadata leader|JetStream cluster new leader/;
    for (let waited = 0; !wanted.test(log); waited += 50) {
      if (waited > 30_000) throw new Error(`nats-server did not become ready:\n${log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return new RealNats(ports, processes, folder);
  }

  async stop(): Promise<void> {
    for (const child of this.#processes) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Loopback ports that were free a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports: number[] = [];
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    ports.push(address.port);
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}
