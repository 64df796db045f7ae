import { expect, it } from 'vitest';
import type { Stage } from '../contract/index.ts';
import { deployment } from '../deployments/numbering.ts';
import { lockTable } from './table-lock.ts';
import { world } from '../worlds/simulated/world.ts';

it('statements wait for a locked table until it is healed, in virtual time', { timeout: 60_000 }, async () => {
  const postgres = { ...deployment, components: deployment.components.filter(({ name }) => name === 'postgres') };
  await using running = await world.start(postgres, { seed: 1, speed: 1, deadlineMs: 600_000, guard: true });
  await running.clock.sleep(100);
  const active = await lockTable('postgres', 'numbering.leases').inject({ running } as Stage);
  expect(await active.witness()).toBeUndefined(); // nobody has asked for the table yet
  const begun = running.clock.now();
  let answered: number | undefined;
  const asked = running.admin.sql('postgres', 'select count(*) from numbering.leases').then(() => {
    answered = running.clock.now();
  });
  await running.clock.sleep(30_000);
  expect(answered).toBeUndefined();
  expect((await active.witness())?.figures).toEqual({ waiting: 1 });
  expect(await active.healed()).toBe(false);
  await active[Symbol.asyncDispose]();
  await asked;
  expect(await active.healed()).toBe(true);
  expect((answered ?? 0) - begun).toBeGreaterThan(30_000);
  expect((answered ?? 0) - begun).toBeLessThan(30_100);
});

it('a table that is not a name is refused', () => {
  expect(() => lockTable('postgres', 'leases; drop table leases')).toThrow(
    /expected a table such as numbering\.leases/,
  );
});
