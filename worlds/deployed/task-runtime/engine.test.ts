import { randomBytes } from 'node:crypto';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Engine } from './engine.ts';
import { LIVENESS_LABEL, RUN_LABEL, TASK_LABEL, Tasks } from './tasks.ts';

const IMAGE = 'faultline/base:trixie';
const docker = new Docker();
const socket = process.env['DOCKER_HOST']?.replace('unix://', '') ?? '/var/run/docker.sock';
const loaded = await docker
  .getImage(IMAGE)
  .inspect()
  .then(
    () => true,
    () => false,
  );

describe.skipIf(!loaded)('tasks of a real engine (needs a Docker engine with the images of npm run images)', () => {
  const run = `test-${randomBytes(4).toString('hex')}`;
  const tasks = new Tasks(new Engine(socket), run);
  const containers = new Map<string, Docker.Container>();

  async function add(name: string, labels: Record<string, string>): Promise<void> {
    const container = await docker.createContainer({
      Image: IMAGE,
      Cmd: ['sleep', '120'],
      Labels: labels,
      StopTimeout: 1,
      HostConfig: { Memory: 16 * 2 ** 20, NetworkMode: 'none' },
    });
    containers.set(name, container);
    await container.start();
  }
  const startedAt = async (name: string): Promise<string> => (await containers.get(name)!.inspect()).State.StartedAt;

  beforeAll(async () => {
    for (const name of ['runs', 'hangs', 'ended']) {
      await add(name, { [RUN_LABEL]: run, [TASK_LABEL]: name, [LIVENESS_LABEL]: `http://${name}/` });
    }
    await add('no-task', { [RUN_LABEL]: run });
    await add('other-run', { [RUN_LABEL]: `${run}-other`, [TASK_LABEL]: 'other-run' });
    await containers.get('hangs')!.pause();
    await containers.get('ended')!.kill();
    await containers.get('ended')!.wait();
  });
  afterAll(async () => {
    for (const container of containers.values()) await container.remove({ force: true, v: true });
  });

  test('are listed with their states', async () => {
    expect(await tasks.list()).toEqual([
      { name: 'ended', state: 'exited', exitCode: 137, livenessUrl: 'http://ended/' },
      { name: 'hangs', state: 'paused', exitCode: null, livenessUrl: 'http://hangs/' },
      { name: 'runs', state: 'running', exitCode: null, livenessUrl: 'http://runs/' },
    ]);
  });

  test.each(['runs', 'hangs', 'ended'])('one that %s is started anew', async (name) => {
    const before = await startedAt(name);
    expect(await tasks.restart(name)).toBe(true);
    expect(await startedAt(name)).not.toBe(before);
    expect((await tasks.list()).find((task) => task.name === name)?.state).toBe('running');
  });

  test.each(['no-task', 'other-run'])('%s is none of them', async (name) => {
    const before = await startedAt(name);
    expect(await tasks.restart(name)).toBe(false);
    expect(await startedAt(name)).toBe(before);
  });
});
