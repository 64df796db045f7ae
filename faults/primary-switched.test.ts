import { expect, it } from 'vitest';
import { primarySwitched } from './primary-switched.ts';
import { fakeStage } from './testing/fake-stage.ts';

/** A manager that does what it is asked, or takes it on and comes to nothing, or refuses. */
function managed(how: 'does' | 'fails' | 'refuses') {
  const { stage } = fakeStage();
  let primary = 'redis';
  const http = async (_: string, { method, path }: { method: string; path: string }): Promise<unknown> => {
    if (method === 'POST' && how === 'refuses') return { status: 409, body: { detail: 'does not follow' } };
    if (method === 'POST' && how === 'does') primary = path.split('/').at(-1) ?? '';
    const servers = ['redis', 'service'].map((name) => ({ name, role: name === primary ? 'primary' : 'standby' }));
    return { status: method === 'POST' ? 202 : 200, body: { servers } };
  };
  Object.assign(stage.running.admin, { http });
  return stage;
}

it('has bitten when the standby is the primary', async () => {
  const active = await primarySwitched('service', 'manager').inject(managed('does'));
  expect(await active.witness()).toMatchObject({ seen: 'service is the primary in place of redis' });
});

it('leaves no trace where it came to nothing', async () => {
  const active = await primarySwitched('service', 'manager').inject(managed('fails'));
  expect(await active.witness()).toBeUndefined();
});

it('is not carried out where the manager refuses', async () => {
  await expect(primarySwitched('service', 'manager').inject(managed('refuses'))).rejects.toThrow('409');
});
