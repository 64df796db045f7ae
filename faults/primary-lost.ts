import type { Ms } from '../contract/index.ts';
import { ask, primaryOf } from './manager-api.ts';
import { since } from './observed.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** Who decides about the primary, and what it may do while the fault stays. */
export interface PrimaryLost {
  /** The component whose operator API names the primary: `system/operations/failover-manager`. */
  readonly manager: string;
  /** No promotion while the fault stays. */
  readonly promotionHeld: boolean;
  /** The machine is lost: nothing but a promotion helps, and the server comes back after the run. */
  readonly staysDown?: boolean;
}

/** A promotion that is allowed has been made by then; where none comes the server is started as it was. */
const PROMOTED_WITHIN_MS: Ms = 60_000;
const LOOK_EVERY_MS: Ms = 500;

/**
 * The server that takes the writes is killed. Healed by allowing promotion where it was held, and starting the server when
 * another one writes: it comes back as a standby. Bit when it is gone, has answered nothing since, and nobody can promote
 * unless that is allowed.
 */
export function primaryLost(
  server: string,
  { manager, promotionHeld, staysDown = false }: PrimaryLost,
): PlannableFault {
  const held = promotionHeld ? ' and hold promotion back' : '';
  return plannable({
    kind: promotionHeld ? 'process.kill + storage.failover' : 'process.kill',
    target: server,
    title: `kill ${server}, the primary${held}`,
    inject: async ({ running }) => {
      const victim = running.component(server);
      if ((await primaryOf(running, manager)) !== server)
        throw new Error(`${server} is not the primary, says ${manager}`);
      if (promotionHeld) await ask(running, manager, 'POST', '/v1/promotion/hold');
      await victim.kill();
      const before = { ...victim.observed };
      return {
        witness: async () => {
          if (victim.state() !== 'exited' || since(before, victim.observed, 'answered') > 0) return undefined;
          const { held: isHeld } = (await ask(running, manager, 'GET', '/v1/servers')) as { held?: boolean };
          if (isHeld !== promotionHeld) return undefined;
          return {
            seen: `${server} exited, nothing answered since; promotion ${isHeld ? 'is held' : 'is allowed'}`,
            figures: { exited: 1 },
          };
        },
        healed: async () => {
          if (staysDown) return true;
          const primary = await primaryOf(running, manager).catch(() => undefined);
          return primary !== undefined && (await victim.healthy());
        },
        putBack: async () => {
          if (victim.state() === 'exited') await victim.start();
        },
        [Symbol.asyncDispose]: once(async () => {
          if (promotionHeld) await ask(running, manager, 'POST', '/v1/promotion/allow');
          if (staysDown) return;
          const deadline = running.clock.now() + PROMOTED_WITHIN_MS;
          const promoted = async (): Promise<boolean> => {
            const primary = await primaryOf(running, manager).catch(() => undefined);
            return primary !== undefined && primary !== server;
          };
          while (!(await promoted()) && running.clock.now() < deadline) await running.clock.sleep(LOOK_EVERY_MS);
          if (victim.state() === 'exited') await victim.start();
        }),
      };
    },
  });
}
