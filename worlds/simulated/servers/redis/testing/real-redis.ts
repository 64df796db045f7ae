import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { TestConnection } from './connection.ts';

/** True when the real server is installed. In CI its absence is a failure, not a skip. */
export function realRedisInstalled(): boolean {
  const found = spawnSync('redis-server', ['--version']).status === 0;
  if (!found && process.env['CI'] !== undefined) {
    throw new Error(
      'redis-server is not on PATH, and CI must not skip the differential test: apt-get install redis-server',
    );
  }
  return found;
}

/** The real redis-server on a free loopback port, without persistence. */
export class RealRedis {
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#process = child;
  }

  static async start(): Promise<RealRedis> {
    const port = await freePort();
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
    let log = '';
    for await (const chunk of child.stdout) {
      log += String(chunk);
      if (log.includes('Ready to accept connections')) break;
    }
    if (child.exitCode !== null) throw new Error(`redis-server did not start:\n${log}`);
    return new RealRedis(port, child);
  }

  async connect(): Promise<TestConnection> {
    const socket = createConnection({ port: this.port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new TestConnection(socket);
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
