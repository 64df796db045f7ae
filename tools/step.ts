import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

/** Runs a script or binary of node_modules with this Node, its output on this terminal; its exit code. */
export function node(script: string, ...args: readonly string[]): number {
  return spawnSync(process.execPath, [resolve(ROOT, script), ...args], { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}

/** Runs a command of node_modules/.bin. */
export function bin(name: string, ...args: readonly string[]): number {
  return spawnSync(resolve(ROOT, 'node_modules/.bin', name), args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}
