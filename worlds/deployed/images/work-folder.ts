/** Where images are made: a folder of each process in the cache, so that what an interrupted one has left is found and removed. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';

const all = (): string => join(cacheFolder(), 'work');
const own = (): string => join(all(), String(process.pid));

/** A new folder of this process. @param prefix what it is for */
export function workFolder(prefix: string): string {
  mkdirSync(own(), { recursive: true });
  return mkdtempSync(join(own(), `${prefix}-`));
}

/** Removes the folders of processes that have ended, and names them. */
export function removeAbandoned(): readonly string[] {
  if (!existsSync(all())) return [];
  const abandoned = readdirSync(all()).filter((pid) => !lives(Number(pid)));
  for (const pid of abandoned) rmSync(join(all(), pid), { recursive: true, force: true });
  return abandoned;
}

/** Removes what this process has made, at its end and when it is interrupted. */
export function removeOwnAtEnd(): void {
  const remove = (): void => rmSync(own(), { recursive: true, force: true });
  process.on('exit', remove);
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.on(signal, () => process.exit(code));
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
