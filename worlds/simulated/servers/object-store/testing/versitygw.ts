import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cacheFolder } from '../../../../deployed/images/cache.ts';
import { freePort } from '../../redis/testing/real-redis.ts';

/** Path of a real versitygw: on PATH, or built for the images. Undefined: not on this machine. */
export function findVersitygw(): string | undefined {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'versitygw'));
  return [...onPath, ...globSync(join(cacheFolder(), 'bin', 'versitygw-*'))].find((file) => existsSync(file));
}

/** A real versitygw over a folder of its own. */
export class Versitygw {
  readonly endpoint: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.endpoint = `http://127.0.0.1:${port}`;
    this.#process = child;
    this.#folder = folder;
  }

  static async start(binary: string, accessKey: string, secretKey: string): Promise<Versitygw> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'faultline-versitygw-'));
    const data = join(folder, 'data');
    mkdirSync(data);
    const options = ['--access', accessKey, '--secret', secretKey, '--port', `127.0.0.1:${port}`, '--quiet'];
    const child = spawn(binary, [...options, 'posix', '--sidecar', mkdtempSync(join(folder, 'meta-')), data], {
      stdio: 'ignore',
    });
    const started = new Versitygw(port, child, folder);
    const deadline = Date.now() + 10_000;
    while (!(await answers(port))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        await started.stop();
        throw new Error(`versitygw did not start (exit code ${child.exitCode})`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return started;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.kill('SIGKILL')) await once(this.#process, 'exit');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Any answer will do: without a signature it is a refusal. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ host: '127.0.0.1', port, path: '/' }, (response) => {
      response.resume();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
    probe.end();
  });
}
