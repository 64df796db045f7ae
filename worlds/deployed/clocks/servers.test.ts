import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const IMAGES = { postgres: 'faultline/postgres:17', redis: 'faultline/redis:8' } as const;
const SHIM = '/usr/local/lib/faultline/skew.so';

const docker = new Docker();
const loaded = await Promise.all(Object.values(IMAGES).map((tag) => docker.getImage(tag).inspect())).then(
  () => true,
  () => false,
);

/** Seconds since the epoch, as the server tells them. */
const ASKED = {
  postgres: [
    'psql',
    '-h',
    '127.0.0.1',
    '-U',
    'postgres',
    '-P',
    'pager=off',
    '-Atqc',
    'select extract(epoch from clock_timestamp())',
  ],
  redis: ['sh', '-c', "redis-cli time | head -n 1 | grep '^[0-9]'"],
} as const;

describe.skipIf(!loaded)('clocks of servers (needs a Docker engine with the images of npm run images)', () => {
  const run = `test-${randomBytes(4).toString('hex')}`;
  const clocks = mkdtempSync(join(tmpdir(), 'clocks-'));
  const containers = new Map<keyof typeof IMAGES, Docker.Container>();

  beforeAll(async () => {
    chmodSync(clocks, 0o755); // servers read it as users of their own
    for (const server of ['postgres', 'redis'] as const) {
      const container = await docker.createContainer({
        Image: IMAGES[server],
        Labels: { 'org.faultline.run': run },
        Env: [`LD_PRELOAD=${SHIM}`, `FAULTLINE_CLOCK_FILE=/clocks/${server}`, 'POSTGRES_HOST_AUTH_METHOD=trust'],
        HostConfig: { Binds: [`${clocks}:/clocks:ro`], Memory: 256 * 2 ** 20, NetworkMode: 'none' },
      });
      containers.set(server, container);
      await container.start();
    }
    for (const server of containers.keys()) await untilItTells(server);
  });
  afterAll(async () => {
    for (const container of containers.values()) await container.remove({ force: true, v: true });
    rmSync(clocks, { recursive: true });
  });

  async function untilItTells(server: keyof typeof IMAGES): Promise<void> {
    for (let tries = 0; Number.isNaN(await ahead(server)); tries += 1) {
      if (tries === 200) throw new Error(`${server} did not answer within 20 s`);
      await sleep(100);
    }
  }

  /** How far the server's clock is ahead of this machine's, in seconds; NaN while it does not answer. */
  async function ahead(server: keyof typeof IMAGES): Promise<number> {
    // The asking client tells the true time: only the server is shifted.
    const exec = await containers
      .get(server)!
      .exec({ Cmd: [...ASKED[server]], Env: ['LD_PRELOAD='], AttachStdout: true, Tty: true });
    const stream = await exec.start({ Tty: true });
    let text = '';
    for await (const part of stream) text += String(part);
    const told = Number.parseFloat(text);
    return told - Date.now() / 1000;
  }

  function shift(server: string, seconds: number): void {
    writeFileSync(join(clocks, `${server}.new`), `${seconds}000000000\n`);
    renameSync(join(clocks, `${server}.new`), join(clocks, server));
  }

  test.each(['postgres', 'redis'] as const)('%s jumps forwards and back, each by itself', async (server) => {
    const other = server === 'postgres' ? 'redis' : 'postgres';
    for (const seconds of [3600, -90, 0]) {
      shift(server, seconds);
      // Redis tells whole seconds, and asking takes a part of one.
      expect(Math.abs((await ahead(server)) - seconds)).toBeLessThan(3);
      expect(Math.abs(await ahead(other))).toBeLessThan(3);
    }
  });
});
