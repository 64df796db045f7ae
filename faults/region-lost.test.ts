import { afterAll, expect, it } from 'vitest';
import type { Stage } from '../contract/index.ts';
import { deployment } from '../deployments/numbering.ts';
import { world } from '../worlds/simulated/world.ts';
import { regionLost } from './region-lost.ts';

const servers = {
  ...deployment,
  components: deployment.components.filter(({ name }) => name === 'postgres' || name === 'postgres-mzr'),
};

afterAll(() => world.close?.());

it(
  'everything in the region is cut off and then gone, and what is outside stays, until it is healed',
  { timeout: 120_000 },
  async () => {
    await using running = await world.start(servers, { seed: 1, speed: 1, deadlineMs: 600_000, guard: true });
    await running.clock.sleep(1000);
    const active = await regionLost('kbl').inject({ running } as Stage);
    expect(running.component('postgres').state()).toBe('exited');
    expect(running.component('postgres-mzr').state()).toBe('running');
    await running.clock.sleep(10_000);
    const witness = await active.witness();
    expect(witness?.figures).toMatchObject({ exited: 1, answered: 0 });
    expect(witness?.figures['held']).toBeGreaterThan(0);
    expect(await active.healed()).toBe(false);
    expect(await running.residue()).not.toEqual([]);
    await active[Symbol.asyncDispose]();
    await running.clock.sleep(1000);
    expect(await active.healed()).toBe(true);
    expect(await running.residue()).toEqual([]);
  },
);

it('a region in which nothing is deployed is refused', async () => {
  const running = { deployment: servers };
  await expect(regionLost('xyz').inject({ running } as unknown as Stage)).rejects.toThrow(
    'no component is deployed in region xyz',
  );
});
