/** On real containers: skipped where no engine answers, or none of `npm run images`' images is there. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { afterAll, expect, test } from 'vitest';
import { Containers } from '../engine/containers.ts';
import { answers } from '../images/engine.ts';
import { leftBehind, reset } from '../leftovers.ts';
import { rulesIn } from '../links/packets.ts';
import { ProxyControl } from '../links/toxiproxy.ts';
import { substitutesExist } from '../stack/compose.ts';
import { RunFolder } from '../stack/folder.ts';

const FIXTURE = join(import.meta.dirname, '..', 'testing', 'fixtures', 'break-and-hang.ts');
const DEPLOYMENT = join(import.meta.dirname, '..', '..', '..', 'deployments', 'numbering.ts');
const JOB = 'numbering-jobs-cleanup';
const TOXIPROXY_API = '8474/tcp';

const docker = new Docker();
const ready =
  (await answers(docker)) &&
  (await substitutesExist(docker)) &&
  process.getuid?.() === 0 &&
  spawnSync('nsenter', ['--version']).status === 0;

test.skipIf(!ready)(
  'a harness that is gone for 30 s is healed after: toxics, packet rules, pauses and clocks',
  { timeout: 180_000 },
  async () => {
    const harness = spawn(process.execPath, [FIXTURE, DEPLOYMENT], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = await new Promise<string>((resolve, reject) => {
      harness.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
      harness.once('close', (code) => reject(new Error(`it ended with ${code} and broke nothing`)));
    });
    expect(said).toMatch(/^broken /);
    const own = new RegExp(`^run (${harness.pid}-\\S+),`);
    const run = (await leftBehind()).flatMap(({ where }) => own.exec(where)?.[1] ?? [])[0] ?? '';
    const containers = new Containers(docker, run);
    const { NetworkSettings } = await (await containers.target('toxiproxy')).inspect();
    const control = new ProxyControl(Number(NetworkSettings.Ports[TOXIPROXY_API]?.[0]?.HostPort));
    const broken = async (): Promise<readonly string[]> => [
      ...(await control.read()).flatMap(({ name, toxics }) => toxics.map(({ type }) => `${type} on ${name}`)),
      ...(await containers.list()).filter(({ state }) => state === 'paused').map(({ name }) => `${name} is paused`),
      ...(await rulesIn(containers, JOB)).map((rule) => rule.replace(/ -c \d+ \d+/, '')),
      ...(readFileSync(join(new RunFolder(run).clocks, 'postgres'), 'utf8') === '0\n' ? [] : ['a clock is off']),
    ];
    const before = await broken();
    expect(before).toEqual(
      expect.arrayContaining([expect.stringContaining('timeout on'), 'redis is paused', 'a clock is off']),
    );
    expect(before.some((each) => each.includes('-j DROP'))).toBe(true);
    harness.kill('SIGKILL');
    const killed = performance.now();
    // Still in place for as long as the lease lasts.
    await sleep(20_000);
    expect(await broken()).toEqual(before);
    while ((await broken()).length > 0 && performance.now() - killed < 60_000) await sleep(1000);
    expect(await broken()).toEqual([]);
    expect(performance.now() - killed).toBeGreaterThan(27_000);
  },
);

afterAll(async () => {
  if (ready) await reset();
}, 60_000);
