import { total } from './observed.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { components } from './targets.ts';

/**
 * SIGSTOP: the process lives, nothing in it runs, its peers see silence. Healed by SIGCONT, or by whoever restarted it in
 * the meantime. Bit when it is paused and answered nothing while it was.
 */
export function pause(target: string): PlannableFault {
  return plannable({
    kind: 'process.pause',
    target,
    title: `pause ${target}`,
    inject: async ({ running }) => {
      const victims = components(running, target);
      for (const victim of victims) await victim.pause();
      const before = victims.map(({ observed }) => ({ ...observed }));
      return {
        witness: async () => {
          if (!victims.every((victim) => victim.state() === 'paused')) return undefined;
          const now = victims.map(({ observed }) => observed);
          const [held, answered] = [total(before, now, 'heldWhilePaused'), total(before, now, 'answered')];
          // Events that wait for it prove the pause; without any, its silence to its own health question does.
          if (
            answered > 0 ||
            (held === 0 && (await Promise.all(victims.map((victim) => victim.healthy()))).some(Boolean))
          )
            return undefined;
          const names = victims.map(({ name }) => name).join(', ');
          return { seen: `${names} paused, ${held} events held back, nothing answered`, figures: { held, answered } };
        },
        healed: async () => {
          if (victims.some((victim) => victim.state() !== 'running')) return false;
          return (await Promise.all(victims.map((victim) => victim.healthy()))).every(Boolean);
        },
        [Symbol.asyncDispose]: once(async () => {
          for (const victim of victims) if (victim.state() === 'paused') await victim.resume();
        }),
      };
    },
  });
}
