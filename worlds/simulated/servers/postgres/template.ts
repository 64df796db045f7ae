import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { real } from '../../kernel/real.ts';
import { type Binaries, account, findBinaries } from './binaries.ts';
import { changesOf, migrationTexts } from './migrations.ts';
import { killServer, ownedFolder, removeSegment } from './server.ts';
import { REPLICATED_SETTINGS, SETTINGS } from './settings.ts';
import { pauseSync, processAlive } from './sync-connection.ts';
import { VIRTUAL_TIME_SQL } from './virtual-time.ts';

/** What a template is made from. */
export interface TemplateOptions {
  /** Module whose `migrate(connectionString)` makes the schema; its folder's content decides whether a cached template still fits. */
  readonly migrate: string;
  readonly database: string;
  /** For a server that has standbys or is one: it logs what they need. */
  readonly replicated?: boolean;
}

const PREFIX = 'faultline-pg';
const LOCK_STALE_MS = 60_000;

/** Of the largest data folders that a process holds at once. */
const MEMORY_WANTED_BYTES = 4 * 2 ** 30;
/** Linux keeps it in memory: a data folder has a thousand files, and making and removing them on a disk is a tenth of a short run. */
const IN_MEMORY = '/dev/shm';

/** Where the data folders of runs are made. */
function runRoot(): string {
  try {
    const { bavail, bsize } = fs.statfsSync(IN_MEMORY);
    return bavail * bsize >= MEMORY_WANTED_BYTES ? IN_MEMORY : os.tmpdir();
  } catch {
    return os.tmpdir(); // not Linux
  }
}

/** Folder for everything of PostgreSQL that this user keeps between runs. Short, because socket paths are limited. */
function cacheFolder(): string {
  const folder = path.join(os.tmpdir(), `${PREFIX}-cache-${process.getuid?.() ?? 'user'}`);
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
  return folder;
}

function keyOf(binaries: Binaries, options: TemplateOptions): string {
  const hash = createHash('sha256').update(
    JSON.stringify([
      binaries.version,
      options.replicated === true ? REPLICATED_SETTINGS : SETTINGS,
      VIRTUAL_TIME_SQL,
      options.database,
    ]),
  );
  for (const [name, text] of migrationTexts(options.migrate)) hash.update(name).update(text);
  return hash.digest('hex').slice(0, 16);
}

/** Holds a lock folder while `make` runs, unless another process made `target` meanwhile. */
function once(target: string, make: () => void): void {
  const lock = `${target}.lock`;
  for (;;) {
    if (fs.existsSync(target)) return;
    try {
      fs.mkdirSync(lock);
      break;
    } catch {
      const age = real.Date.now() - (fs.statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (age > LOCK_STALE_MS) fs.rmSync(lock, { recursive: true, force: true });
      pauseSync(20);
    }
  }
  try {
    if (!fs.existsSync(target)) make();
  } finally {
    fs.rmSync(lock, { recursive: true, force: true });
  }
}

/** A migrated data folder for these options, made once (about 2 s) and kept. */
export function templateFolder(options: TemplateOptions): string {
  const binaries = findBinaries();
  const target = path.join(cacheFolder(), keyOf(binaries, options));
  once(target, () => {
    const program = fileURLToPath(new URL('make-template.ts', import.meta.url));
    // In a process of its own: the migration tool needs real sockets and real time.
    const order = JSON.stringify({ ...options, target, changes: changesOf(options.migrate) });
    const made = spawnSync(process.execPath, [program, order], { encoding: 'utf8', env: real.env });
    if (made.status === 0) return;
    const said = `${made.stderr}${made.stdout}`;
    // A report shows the first line only.
    const reason = said.split('\n').find((line) => /^\s*\w*error: /i.test(line)) ?? '';
    throw new Error(`the database template could not be made: ${reason.trim()}\n${said}`);
  });
  return target;
}

/** A data folder of this process's own, copied from the template. Removed with `releaseFolder`. */
export function runFolder(template: string): string {
  reap();
  const folder = ownedFolder(fs.mkdtempSync(path.join(runRoot(), `${PREFIX}-${real.pid}-`)));
  const data = path.join(folder, 'data');
  if (process.platform === 'linux') {
    // Keeps the owner, in one process: Node's own copy takes three times as long.
    const copied = spawnSync('cp', ['-a', '--reflink=auto', template, data]);
    if (copied.status !== 0) throw new Error(`copying the database template failed: ${copied.stderr.toString()}`);
  } else {
    fs.cpSync(template, data, { recursive: true, preserveTimestamps: true });
  }
  fs.chmodSync(data, 0o700);
  if (account.uid !== undefined) fs.chownSync(data, account.uid, account.gid);
  return folder;
}

/** Removes a data folder of which no server runs any more, with what that has left in the kernel. */
export function releaseFolder(folder: string): void {
  removeSegment(path.join(folder, 'data'));
  fs.rmSync(folder, { recursive: true, force: true });
}

/** Ends the servers and removes the folders of harness processes that were killed. */
export function reap(): readonly string[] {
  const reaped: string[] = [];
  // Wherever they were made: where memory is short now, it may be because of them.
  const roots = [IN_MEMORY, os.tmpdir()].filter((root) => fs.existsSync(root));
  const folders = roots.flatMap((root) => fs.readdirSync(root).map((name) => path.join(root, name)));
  for (const folder of folders) {
    const owner = new RegExp(`^${PREFIX}-(\\d+)-`).exec(path.basename(folder))?.[1];
    if (owner === undefined || processAlive(Number(owner))) continue;
    const pidFile = path.join(folder, 'data', 'postmaster.pid');
    if (fs.existsSync(pidFile)) {
      const postmaster = Number(fs.readFileSync(pidFile, 'utf8').split('\n')[0]);
      // The pid may have been given to another program since: only a postgres of this folder is ended.
      if (postmaster > 1 && commandOf(postmaster).includes(folder)) killServer(postmaster);
    }
    releaseFolder(folder);
    reaped.push(folder);
  }
  return reaped;
}

function commandOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
  }
}
