import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { PgbouncerSpec } from '../../../../../contract/index.ts';
import { account } from '../../postgres/binaries.ts';
import { freePort } from '../../redis/testing/real-redis.ts';
import { listens } from './real-postgres.ts';

/** The version of a real PgBouncer on PATH that knows prepared statements (1.21 or newer); undefined: there is none. */
export function realPgbouncer(): string | undefined {
  const said = spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' });
  const [, version, major, minor] = /PgBouncer ((\d+)\.(\d+)\.\d+)/.exec(said.stdout ?? '') ?? [];
  return Number(major) > 1 || Number(minor) >= 21 ? version : undefined;
}

/** A real PgBouncer on a loopback port. */
export class RealPgbouncer {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.port = port;
    this.#process = child;
    this.#folder = folder;
  }

  static async start({ databases, config }: Pick<PgbouncerSpec, 'databases' | 'config'>): Promise<RealPgbouncer> {
    const port = await freePort();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'faultline-pgbouncer-'));
    const users = path.join(folder, 'users.txt');
    fs.writeFileSync(users, '"postgres" ""\n');
    const file = path.join(folder, 'pgbouncer.ini');
    const lines = Object.entries(databases).map(
      ([name, at]) => `${name} = host=${at.host} port=${at.port} dbname=${at.database}`,
    );
    const settings = {
      listen_addr: '127.0.0.1',
      listen_port: String(port),
      unix_socket_dir: '',
      auth_type: 'trust',
      auth_file: users,
      admin_users: 'postgres',
      ...config,
    };
    const own = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    fs.writeFileSync(file, ['[databases]', ...lines, '[pgbouncer]', ...own, ''].join('\n'));
    if (account.uid !== undefined) fs.chownSync(folder, account.uid, account.gid);
    fs.chmodSync(folder, 0o755);
    const child = spawn('pgbouncer', [file], { ...account, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.on('data', (text: Buffer) => (log += text.toString()));
    while (!(await listens(port))) {
      if (child.exitCode !== null) throw new Error(`pgbouncer did not start:\n${log}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return new RealPgbouncer(port, child, folder);
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}
