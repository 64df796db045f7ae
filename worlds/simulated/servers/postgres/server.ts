import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { exemptFromGuard } from '../../kernel/guard.ts';
import { real } from '../../kernel/real.ts';
import { type Binaries, account } from './binaries.ts';
import { Control } from './control.ts';
import { ParkedBackends } from './parked-backends.ts';
import { CLOCK_FILE, SETTINGS } from './settings.ts';
import { pauseSync, processAlive } from './sync-connection.ts';
import { BRIDGE_ROLE } from './virtual-time.ts';

const PORT = 5432;
const START_LIMIT_MS = 20_000;

/** Makes a folder that belongs to the server's account. */
export function ownedFolder(folder: string): string {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (account.uid !== undefined) fs.chownSync(folder, account.uid, account.gid);
  return folder;
}

export function runAsServer(command: string, args: readonly string[]): void {
  execFileSync(command, args, {
    ...account,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { LC_ALL: 'C', TZ: 'UTC' },
  });
}

function childrenOf(pid: number): number[] {
  try {
    const text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return []; // no /proc, or gone
  }
}

/** Sends a signal to a process of the server; false when it has gone. */
export function signalServer(pid: number, name: NodeJS.Signals): boolean {
  try {
    return real.kill(pid, name);
  } catch {
    return false;
  }
}

/** A real PostgreSQL over a data folder, reached by a unix socket in `folder`. All calls are synchronous. */
export class PostgresServer {
  readonly folder: string;
  readonly parked = new ParkedBackends();
  readonly #controls = new Map<string, Control>();
  readonly #binaries: Binaries;
  readonly #settings: Readonly<Record<string, string>>;
  #pid = 0;

  /** @param folder holds `data` and the socket; its path must be short (107 bytes for a socket's). */
  constructor(binaries: Binaries, folder: string, settings: Readonly<Record<string, string>> = SETTINGS) {
    this.#binaries = binaries;
    this.#settings = settings;
    this.folder = folder;
  }

  get data(): string {
    return path.join(this.folder, 'data');
  }

  get socketPath(): string {
    return path.join(this.folder, `.s.PGSQL.${PORT}`);
  }

  get clockFile(): string {
    return path.join(this.data, CLOCK_FILE);
  }

  /** Files that its log has. */
  get logSegments(): number {
    return fs.readdirSync(path.join(this.data, 'pg_wal')).length;
  }

  get running(): boolean {
    return this.#pid !== 0;
  }

  /** Starts and returns when the server takes connections; after a kill it recovers first. */
  start(): void {
    const pidFile = path.join(this.data, 'postmaster.pid');
    fs.rmSync(pidFile, { force: true });
    const logFile = path.join(this.folder, 'log');
    const log = fs.openSync(logFile, 'a');
    const settings = Object.entries(this.#settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = exemptFromGuard(() =>
      spawn(
        path.join(this.#binaries.bin, 'postgres'),
        ['-D', this.data, '-p', String(PORT), '-k', this.folder, ...settings],
        { ...account, cwd: this.data, stdio: ['ignore', log, log], env: { LC_ALL: 'C', TZ: 'UTC' } },
      ),
    );
    // In this process's group, so that who kills the group kills the server too.
    child.unref();
    fs.closeSync(log);
    this.#pid = child.pid ?? 0;
    for (let waited = 0; waited < START_LIMIT_MS; waited += 1) {
      const status = fs.existsSync(pidFile) ? fs.readFileSync(pidFile, 'utf8').split('\n')[7]?.trim() : undefined;
      if (status === 'ready') return;
      if (this.#pid === 0 || !processAlive(this.#pid)) break;
      pauseSync(1);
    }
    const why = fs.existsSync(logFile) ? fs.readFileSync(logFile, 'utf8').split('\n').slice(-6).join('\n') : '';
    this.kill();
    throw new Error(`PostgreSQL did not start in ${this.folder}:\n${why}`);
  }

  /** A connection of the bridge's account to one of its databases, kept until the server ends: what it has read of the catalogue stays with it. */
  control(database: string): Control {
    const control = this.#controls.get(database) ?? new Control(this.socketPath, database, BRIDGE_ROLE);
    this.#controls.set(database, control);
    return control;
  }

  /** Before the database is dropped or copied, which nobody may be connected to. */
  leave(database: string): void {
    this.#controls.get(database)?.close();
    this.#controls.delete(database);
  }

  #forget(): void {
    this.parked.clear();
    for (const database of this.#controls.keys()) this.leave(database);
  }

  /** SIGKILL of every process of the server; returns when all are gone. */
  kill(): void {
    const postmaster = this.#pid;
    if (postmaster === 0) return;
    this.#pid = 0;
    this.#forget();
    killServer(postmaster);
    fs.rmSync(this.socketPath, { force: true });
    fs.rmSync(`${this.socketPath}.lock`, { force: true });
  }

  /** Ends it in order, writing a checkpoint: for a template that is to be copied. */
  stop(): void {
    const postmaster = this.#pid;
    if (postmaster === 0) return;
    this.#pid = 0;
    this.#forget();
    signalServer(postmaster, 'SIGINT');
    while (processAlive(postmaster)) pauseSync(2);
  }
}

/**
 * Removes the System V segment by which a killed server of this data folder said that it was there: nobody else does, and a machine has 4096 of
 * them. One that was started again over the same folder has done so itself. No server may run in it.
 */
export function removeSegment(data: string): void {
  const pidFile = path.join(data, 'postmaster.pid');
  if (!fs.existsSync(pidFile)) return;
  // Its seventh line: key and id (https://www.postgresql.org/docs/18/storage-file-layout.html).
  const id = fs.readFileSync(pidFile, 'utf8').split('\n')[6]?.trim().split(/\s+/)[1];
  if (id !== undefined) exemptFromGuard(() => spawnSync('ipcrm', ['-m', id]));
}

/** SIGKILL of a postmaster and its children: stopped first, so that it starts no new one. */
export function killServer(postmaster: number): void {
  signalServer(postmaster, 'SIGSTOP');
  const all = [...childrenOf(postmaster), postmaster];
  for (const pid of all) signalServer(pid, 'SIGKILL');
  for (const pid of all) while (processAlive(pid)) pauseSync(1);
}
