import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** True when promtool is installed. In CI its absence is a failure, not a skip. */
export function promtoolInstalled(): boolean {
  const found = spawnSync('promtool', ['--version']).status === 0;
  if (!found && process.env['CI'] !== undefined) {
    throw new Error('promtool is not on PATH, and CI must not skip the parity test: apt-get install prometheus');
  }
  return found;
}

/** Runs promtool; what it printed when it was not content, '' when it was. */
export async function promtool(...args: string[]): Promise<string> {
  try {
    await promisify(execFile)('promtool', args);
    return '';
  } catch (cause) {
    if (cause instanceof Error && 'stdout' in cause && 'stderr' in cause)
      return `${String(cause.stdout)}${String(cause.stderr)}`;
    throw cause;
  }
}

/** Puts files into a folder of their own for the time of `use`. */
export async function withFiles<T>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'faultline-promtool-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
