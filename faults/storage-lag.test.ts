import { afterAll, expect, it } from 'vitest';
import type { ActiveFault, Running, Stage } from '../contract/index.ts';
import { deployment } from '../deployments/numbering.ts';
import { world } from '../worlds/simulated/world.ts';
import { applyDelay, replayPaused } from './storage-lag.ts';

const servers = {
  ...deployment,
  components: deployment.components.filter(({ name }) => name === 'postgres' || name === 'postgres-replica'),
};
const BEAT = 'update numbering.heartbeat set at = now()';

afterAll(() => world.close?.());

/** The heartbeat on the standby, in ms of the epoch. */
async function shown({ admin }: Running): Promise<number> {
  const [row] = await admin.sql('postgres-replica', 'select at from numbering.heartbeat');
  return Number(row?.['at']);
}

it.each([
  ['paused replay', replayPaused('postgres-replica'), undefined],
  ['an apply delay', applyDelay('postgres-replica', 15_000), 15_000],
])(
  '%s keeps changes back, which the primary tells, until it is healed',
  { timeout: 120_000 },
  async (_, fault, delay) => {
    await using running = await world.start(servers, { seed: 1, speed: 1, deadlineMs: 600_000, guard: true });
    await running.clock.sleep(100);
    const before = await shown(running);
    const active: ActiveFault = await fault.inject({ running } as Stage);
    expect(await active.witness()).toBeUndefined(); // nothing was written yet
    expect(await active.healed()).toBe(false);
    await running.admin.sql('postgres', BEAT);
    await running.clock.sleep(14_990);
    expect(await shown(running)).toBe(before);
    expect((await active.witness())?.figures['bytes']).toBeGreaterThan(0);
    await running.clock.sleep(20);
    expect((await shown(running)) > before).toBe(delay !== undefined);
    await running.admin.sql('postgres', BEAT);
    await running.clock.sleep(100);
    await active[Symbol.asyncDispose]();
    await running.clock.sleep(100);
    expect(await active.healed()).toBe(true);
    expect(await shown(running)).toBeGreaterThan(before + 15_000);
  },
);

it('a server that follows nobody is refused', async () => {
  const running = { deployment: servers } as unknown as Running;
  await expect(replayPaused('postgres').inject({ running } as Stage)).rejects.toThrow('postgres is no standby');
});
