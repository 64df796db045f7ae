import { join } from 'node:path';
import type Docker from 'dockerode';
import { command } from '../engine/command.ts';
import { PROJECT_PREFIX } from '../engine/labels.ts';
import { RunFolder } from './folder.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const FILE = join(ROOT, 'docker-compose.chaos.yml');
const SUBSTITUTES = join(ROOT, 'worlds', 'deployed', 'images', 'local.env');
/** Images are there or are made by `npm run images`: what takes longer is not starting. */
const TIMEOUT_MS = 180_000;

/** k6's exit code when it did its work and a threshold was crossed. */
const THRESHOLD_CROSSED = 99;

/** `docker compose` on docker-compose.chaos.yml, for one run. */
export class Compose {
  readonly run: string;
  readonly folder: RunFolder;
  readonly #substitutes: boolean;

  constructor(run: string, folder: RunFolder, substitutes: boolean) {
    this.run = run;
    this.folder = folder;
    this.#substitutes = substitutes;
  }

  /** Starts services anew, without what they depend on; `override` is the second file's text. Returns when they were started. */
  async up(services: readonly string[], override: string): Promise<void> {
    const file = this.folder.write('override.yml', override);
    const args = ['up', '--detach', '--no-deps', '--force-recreate', '--renew-anon-volumes', '--timeout', '0'];
    await this.#compose(['--file', FILE, '--file', file], [...args, ...services]);
  }

  /** Ends and removes services with their anonymous volumes. */
  async remove(services: readonly string[]): Promise<void> {
    await this.#compose(['--file', FILE], ['rm', '--force', '--stop', '--volumes', ...services]);
  }

  /** Ends and removes everything of the run. */
  async down(): Promise<void> {
    await this.#compose(
      ['--file', FILE, '--profile', '*'],
      ['down', '--volumes', '--remove-orphans', '--timeout', '0'],
    );
  }

  /** Runs a service that does its work and ends. */
  async once(service: string): Promise<void> {
    await this.#compose(['--file', FILE], ['run', '--rm', '--no-deps', '--no-TTY', service]);
  }

  /** Runs the load generator to its end, and gives what it wrote. */
  async load(script: string, settings: Readonly<Record<string, string>>): Promise<string> {
    const environment = Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    return this.#compose(
      ['--file', FILE, '--profile', '*'],
      ['run', '--rm', '--no-deps', '--no-TTY', ...environment, 'k6', 'run', '--quiet', `/scripts/${script}`],
      [THRESHOLD_CROSSED],
    );
  }

  async #compose(
    global: readonly string[],
    args: readonly string[],
    alsoGood: readonly number[] = [],
  ): Promise<string> {
    const substitutes = this.#substitutes ? ['--env-file', SUBSTITUTES] : [];
    const project = ['--project-name', `${PROJECT_PREFIX}${this.run}`, '--project-directory', ROOT];
    return command('docker', ['compose', ...substitutes, ...project, ...global, ...args], {
      timeoutMs: TIMEOUT_MS,
      alsoGood,
      env: {
        FAULTLINE_RUN: this.run,
        CLOCKS: this.folder.clocks,
        COMPOSE_PROGRESS: 'quiet',
        // The world asks by itself; each question of the engine's is a process.
        HEALTH_INTERVAL: '60s',
      },
    });
  }
}

/** Whether the images of `npm run images` are there: they then stand for the official ones. */
export async function substitutesExist(docker: Docker): Promise<boolean> {
  const found = await docker.listImages({ filters: { reference: ['faultline/postgres:17'] } });
  return found.length > 0;
}
