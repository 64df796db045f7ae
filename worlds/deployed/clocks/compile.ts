import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The clock shim's source. */
export const SHIM_SOURCE = join(import.meta.dirname, 'skew.c');

/**
 * Compiles the clock shim with this machine's C compiler (CC, or cc).
 * @throws Error that names the command which installs a compiler
 */
export async function compileShim(to: string): Promise<void> {
  const compiler = process.env['CC'] ?? 'cc';
  const flags = ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-O2', '-shared', '-fPIC'];
  const { error, status, stderr } = spawnSync(compiler, [...flags, '-o', to, SHIM_SOURCE], { encoding: 'utf8' });
  if (error !== undefined) {
    throw new Error(
      `The C compiler ${compiler} does not start (${error.message}).\n  On Debian: apt-get install gcc libc6-dev`,
      {
        cause: error,
      },
    );
  }
  if (status !== 0) throw new Error(`${SHIM_SOURCE} does not compile:\n${stderr}`);
}
