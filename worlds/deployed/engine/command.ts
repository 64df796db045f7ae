import { execFile } from 'node:child_process';

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Real time after which it is ended. Default 120 s. */
  readonly timeoutMs?: number;
  /** Exit codes beside 0 with which it has done its work. */
  readonly alsoGood?: readonly number[];
  /** Given to it on standard input. */
  readonly input?: string;
}

/** Runs a program to its end and gives its output. Rejects with what it wrote to standard error. */
export function command(
  program: string,
  args: readonly string[],
  { env = {}, timeoutMs = 120_000, alsoGood = [], input }: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, timeout: timeoutMs, maxBuffer: 32 * 1024 * 1024 };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null || (typeof error.code === 'number' && alsoGood.includes(error.code))) return resolve(stdout);
      const why = error.killed === true ? `not done after ${timeoutMs / 1000} s` : `exit code ${error.code}`;
      const last = stderr.trim().split('\n').slice(-8).join('\n');
      reject(new Error(`${program} ${args.slice(0, 12).join(' ')}: ${why}\n${last}`, { cause: error }));
    });
    if (input === undefined) return;
    child.stdin?.on('error', () => {}); // it ended without reading: its exit code says why
    child.stdin?.end(input);
  });
}
