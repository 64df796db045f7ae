import { ask, primaryOf } from './manager-api.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/**
 * An operator makes a standby take the primary's place, as for maintenance. Nothing is put back. Bit when the manager has taken it on and the
 * standby is the primary.
 * @param to the standby
 * @param manager the component whose operator API names the primary
 */
export function primarySwitched(to: string, manager: string): PlannableFault {
  return plannable({
    kind: 'storage.switchover',
    target: to,
    title: `make ${to} the primary`,
    inject: async ({ running }) => {
      const from = await primaryOf(running, manager);
      await ask(running, manager, 'POST', `/v1/failback/${to}`);
      const switched = async (): Promise<boolean> => (await primaryOf(running, manager).catch(() => undefined)) === to;
      return {
        witness: async () =>
          (await switched())
            ? { seen: `${to} is the primary in place of ${from ?? 'nobody'}`, figures: { switches: 1 } }
            : undefined,
        healed: async () => true,
        [Symbol.asyncDispose]: async () => {},
      };
    },
  });
}
