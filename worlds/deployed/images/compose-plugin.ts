/** `docker compose`: many packages of Docker's client come without it. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { Debian } from './debian.ts';
import { Missing } from './problem.ts';
import { $, report } from './shell.ts';

const PLUGINS = '/usr/local/lib/docker/cli-plugins';

/** Whether `docker compose` (version 2) answers. */
export async function hasCompose(): Promise<boolean> {
  return (await $({ nothrow: true })`docker compose version`).exitCode === 0;
}

/**
 * Installs Debian's plugin for every user of this machine, where there is none; kept in the cache folder.
 * @throws Missing
 */
export async function installCompose(): Promise<void> {
  if (await hasCompose()) return;
  const kept = join(cacheFolder(), 'docker-compose');
  if (!existsSync(kept)) {
    const work = mkdtempSync(join(cacheFolder(), 'compose-'));
    try {
      const debian = await Debian.open(join(work, 'apt'), ['docker-compose']);
      await debian.unpack(['docker-compose'], join(work, 'root'));
      copyFileSync(join(work, 'root', 'usr/libexec/docker/cli-plugins/docker-compose'), kept);
      chmodSync(kept, 0o755);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  mkdirSync(PLUGINS, { recursive: true });
  copyFileSync(kept, join(PLUGINS, 'docker-compose'));
  if (!(await hasCompose())) {
    throw new Missing(
      `docker compose does not answer although its plugin is in ${PLUGINS}.`,
      'Run: docker compose version',
    );
  }
  report(`installed the compose plugin (${(await $`docker compose version --short`).stdout.trim()})`);
}
