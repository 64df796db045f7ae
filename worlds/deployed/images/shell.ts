import { $ as zx } from 'zx';

/** Commands that print nothing of their own; a failing one throws with its output. */
export const $ = zx({ quiet: true, stdio: ['ignore', 'pipe', 'pipe'] });

/** Whether a command is on the PATH. */
export async function has(command: string): Promise<boolean> {
  return (await $({ nothrow: true })`command -v ${command}`).exitCode === 0;
}

const begun = performance.now();

/** One line of progress with the seconds since the start. */
export function report(text: string): void {
  console.log(`[${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s] ${text}`);
}
