import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createConnection } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { account, findBinaries } from '../../postgres/binaries.ts';
import { freePort } from '../../redis/testing/real-redis.ts';

/** The PostgreSQL from npm on a loopback port, for poolers in real time. */
export class RealPostgres {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  static async start(): Promise<RealPostgres> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'faultline-pooled-'));
    if (account.uid !== undefined) fs.chownSync(folder, account.uid, account.gid);
    const initdb = path.join(findBinaries().bin, 'initdb');
    const options = [
      '-D',
      path.join(folder, 'data'),
      '-U',
      'postgres',
      '--auth=trust',
      '--no-sync',
      '--encoding=UTF8',
      '--locale=C',
    ];
    execFileSync(initdb, options, { ...account, cwd: '/', stdio: 'ignore', env: { LC_ALL: 'C' } });
    const server = new RealPostgres(await freePort(), folder);
    await server.restart();
    return server;
  }

  /** Starts it, or starts it again, and returns when it takes connections. */
  async restart(): Promise<void> {
    const data = path.join(this.#folder, 'data');
    const options = [
      '-D',
      data,
      '-p',
      String(this.port),
      '-k',
      this.#folder,
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'fsync=off',
    ];
    this.#process = spawn(path.join(findBinaries().bin, 'postgres'), options, {
      ...account,
      cwd: data,
      stdio: 'ignore',
      env: { LC_ALL: 'C', TZ: 'UTC' },
    });
    const status = path.join(data, 'postmaster.pid');
    while (!(fs.existsSync(status) && fs.readFileSync(status, 'utf8').split('\n')[7]?.trim() === 'ready')) {
      if (this.#process.exitCode !== null) throw new Error(`PostgreSQL did not start in ${data}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends it at once: connections are cut. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    child.kill('SIGQUIT');
    await once(child, 'exit');
  }

  async stop(): Promise<void> {
    await this.kill();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** True when something takes connections at the port. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
