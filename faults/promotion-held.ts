import type { Running } from '../contract/index.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/**
 * The failover manager makes no standby the primary while this lasts: an operator's hold, by its API. Bit when the manager
 * says that it is held and its counter of promotions has not moved since.
 */
export function promotionHeld(manager: string): PlannableFault {
  return plannable({
    kind: 'storage.failover',
    target: manager,
    title: `hold promotion back at ${manager}`,
    inject: async ({ running }) => {
      const before = await promotions(running, manager);
      await put(running, manager, 'hold');
      return {
        witness: async () => {
          if (!(await isHeld(running, manager)) || (await promotions(running, manager)) !== before) return undefined;
          return { seen: `${manager} is held, ${before} promotions as before`, figures: { promotions: before } };
        },
        healed: async () => !(await isHeld(running, manager)),
        [Symbol.asyncDispose]: once(() => put(running, manager, 'allow')),
      };
    },
  });
}

async function put({ admin }: Running, manager: string, verb: 'hold' | 'allow'): Promise<void> {
  const { status } = await admin.http(manager, { method: 'POST', path: `/v1/promotion/${verb}` });
  if (status >= 300) throw new Error(`${manager} answered ${status} to ${verb}`);
}

async function isHeld({ admin }: Running, manager: string): Promise<boolean> {
  const { body } = await admin.http(manager, { method: 'GET', path: '/v1/servers' });
  return (body as { held?: boolean }).held === true;
}

async function promotions({ admin }: Running, manager: string): Promise<number> {
  const { body } = await admin.http(manager, { method: 'GET', path: '/metrics' });
  return Number(/^failover_promotions_total(?:\{[^}]*\})? (\d+)/m.exec(String(body))?.[1] ?? 0);
}
