import type { Link, Ms, Running } from '../contract/index.ts';
import { applyAll, healAll } from './apply-all.ts';
import { total } from './observed.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { linksThatAre } from './targets.ts';

/** A region goes dark from its edge inwards: its lines fail first, then its machines. */
const CUT_BEFORE_MS: Ms = 1000;

/**
 * Every component of a region is cut off from all outside of it, and `CUT_BEFORE_MS` later killed; healed by starting all of
 * them again. Bit when all have exited and answered nothing since, and messages to or from them were held back.
 */
export function regionLost(region: string): PlannableFault {
  return plannable({
    kind: 'region.lost',
    target: `all components of region ${region}`,
    title: `lose region ${region}`,
    inject: async ({ running }) => {
      const inside = placed(running, (where) => where === region);
      const outside = placed(running, (where) => where !== region);
      if (inside.length === 0) throw new Error(`no component is deployed in region ${region}`);
      const links = linksThatAre(running, inside, outside);
      const linksBefore = links.map(({ observed }) => ({ ...observed }));
      // At once: on a real machine each takes its time, and a region is not lost piece by piece.
      const cut = await applyAll(links, { kind: 'partition' });
      const victims = inside.map((name) => running.component(name));
      try {
        await running.clock.sleep(CUT_BEFORE_MS);
        await Promise.all(victims.map((victim) => victim.kill()));
      } catch (error) {
        await healAll(cut);
        throw error;
      }
      const before = victims.map(({ observed }) => ({ ...observed }));
      return {
        witness: async () => {
          const answered = total(
            before,
            victims.map(({ observed }) => observed),
            'answered',
          );
          const held = total(linksBefore, links.map(observedOf), 'held');
          if (!victims.every((victim) => victim.state() === 'exited') || answered > 0 || held === 0) return undefined;
          const seen = `${victims.length} components exited, nothing answered since, ${held} messages held back`;
          return { seen, figures: { exited: victims.length, answered, held } };
        },
        healed: async () => (await Promise.all(victims.map((victim) => victim.healthy()))).every(Boolean),
        [Symbol.asyncDispose]: once(async () => {
          await healAll(cut);
          await Promise.all(victims.filter((victim) => victim.state() === 'exited').map((victim) => victim.start()));
        }),
      };
    },
  });
}

const observedOf = ({ observed }: Link): Link['observed'] => observed;

/** Components by where they are; `kbl` is where those are that do not say. */
function placed({ deployment }: Running, wanted: (region: string) => boolean): readonly string[] {
  return deployment.components.filter(({ region = 'kbl' }) => wanted(region)).map(({ name }) => name);
}
