import { expect, it } from 'vitest';
import type { Stage } from '../contract/index.ts';
import { fakeStage } from './testing/fake-stage.ts';
import { primaryLost } from './primary-lost.ts';

/** The fake stage with a manager that promotes `other` when it is looked at, the primary is gone and nobody holds it. */
function managed(): {
  stage: Stage;
  state: { held: boolean; primary: string | undefined; now: number };
  states: Record<string, string>;
} {
  const { stage, states } = fakeStage();
  const state = { held: false, primary: 'redis' as string | undefined, now: 0 };
  const http = async (_: string, { method, path }: { method: string; path: string }): Promise<unknown> => {
    if (path.endsWith('/hold')) state.held = true;
    if (path.endsWith('/allow')) state.held = false;
    if (method === 'GET' && states['redis'] === 'exited') state.primary = state.held ? undefined : 'service';
    const servers = ['redis', 'service'].map((name) => ({
      name,
      role: name === state.primary ? 'primary' : 'standby',
    }));
    return { status: 200, body: { held: state.held, servers } };
  };
  Object.assign(stage.running.admin, { http });
  const clock = {
    now: () => state.now,
    sleep: async (ms: number) => {
      state.now += ms;
    },
  };
  Object.assign(stage.running, { clock });
  return { stage, state, states };
}

it.each([true, false])(
  'the primary goes, and comes back when another one writes; promotion held: %s',
  async (promotionHeld) => {
    const { stage, state, states } = managed();
    const active = await primaryLost('redis', { manager: 'manager', promotionHeld }).inject(stage);
    expect(states['redis']).toBe('exited');
    expect(state.held).toBe(promotionHeld);
    expect((await active.witness())?.seen).toContain(promotionHeld ? 'promotion is held' : 'promotion is allowed');
    expect(await active.healed()).toBe(false);
    await active[Symbol.asyncDispose]();
    await active[Symbol.asyncDispose]();
    expect(states['redis']).toBe('running');
    expect(state).toMatchObject({ held: false, primary: 'service' });
    expect(await active.healed()).toBe(true);
  },
);

it('a machine that is lost comes back after the run only', async () => {
  const { stage, states } = managed();
  const active = await primaryLost('redis', { manager: 'manager', promotionHeld: false, staysDown: true }).inject(
    stage,
  );
  await active[Symbol.asyncDispose]();
  expect(states['redis']).toBe('exited');
  expect(await active.healed()).toBe(true);
  await active.putBack?.();
  expect(states['redis']).toBe('running');
});

it('somebody let go of the hold: it does not count as bitten', async () => {
  const { stage, state } = managed();
  const active = await primaryLost('redis', { manager: 'manager', promotionHeld: true }).inject(stage);
  state.held = false;
  expect(await active.witness()).toBeUndefined();
});

it('a server that is not the primary is refused', async () => {
  const { stage } = managed();
  await expect(primaryLost('service', { manager: 'manager', promotionHeld: false }).inject(stage)).rejects.toThrow(
    /service is not the primary/,
  );
});
