import { lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { InvocationResult } from '../../contract/index.ts';
import { UsageError } from '../commands/usage-error.ts';

/** `2026-11-22T10-14-07`, without colons so that every file system takes it. */
export function stamp(date: Date): string {
  return date.toISOString().slice(0, 19).replaceAll(':', '-');
}

/** Makes the folder of an invocation, `<runs>/<stamp>[-<label>]`; a second one in the same second gets `-2`. @throws UsageError where it cannot be made */
export function openInvocation(runsDir: string, date: Date, label?: string): string {
  made(runsDir);
  const name = [stamp(date), label].filter((part) => part !== undefined).join('-');
  for (let n = 1; ; n += 1) {
    const directory = join(runsDir, n === 1 ? name : `${name}-${n}`);
    try {
      mkdirSync(directory);
      return directory;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') refused(runsDir, error);
    }
  }
}

function made(runsDir: string): void {
  try {
    mkdirSync(runsDir, { recursive: true });
  } catch (error) {
    refused(runsDir, error);
  }
}

function refused(runsDir: string, error: unknown): never {
  throw new UsageError(
    `--runs-dir ${runsDir}: expected a folder that can be written to (${(error as Error).message}); name another one`,
  );
}

/** Writes `result.json` and, beside it, `reports` by their file names; points `runs/latest` to the folder. */
export function closeInvocation(
  directory: string,
  result: InvocationResult,
  reports: Readonly<Record<string, string>>,
): void {
  writeFileSync(join(directory, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
  for (const [name, text] of Object.entries(reports)) writeFileSync(join(directory, name), text);
  const latest = join(directory, '..', 'latest');
  // A folder of that name is somebody's own: it stays, and there is no link.
  if (lstatSync(latest, { throwIfNoEntry: false })?.isDirectory() === true) return;
  try {
    rmSync(latest, { force: true });
    symlinkSync(basename(directory), latest, 'junction');
  } catch {
    // A file system without links: the folder is named in the output anyway.
  }
}
