import type { Fault } from '../contract/index.ts';
import { total } from './observed.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { components } from './targets.ts';

/** SIGKILL; healed by starting it again. Bit when it is gone and has answered nothing since. */
export function kill(target: string): PlannableFault {
  return plannable(ending('process.kill', `kill ${target}`, target, (component) => component.kill()));
}

/** SIGTERM, SIGKILL after its grace; healed by starting it again. */
export function terminate(target: string): PlannableFault {
  return plannable(ending('process.terminate', `terminate ${target}`, target, (component) => component.terminate()));
}

type End = (component: ReturnType<typeof components>[number]) => Promise<void>;

function ending(kind: string, title: string, target: string, end: End): Fault {
  return {
    kind,
    target,
    title,
    inject: async ({ running }) => {
      const victims = components(running, target);
      for (const victim of victims) await end(victim);
      const before = victims.map(({ observed }) => ({ ...observed }));
      return {
        witness: async () => {
          if (!victims.every((victim) => victim.state() === 'exited')) return undefined;
          const answered = total(
            before,
            victims.map(({ observed }) => observed),
            'answered',
          );
          if (answered > 0) return undefined;
          const seen = `${victims.map(({ name }) => name).join(', ')} exited, nothing answered since`;
          return { seen, figures: { exited: victims.length, answered } };
        },
        healed: async () => (await Promise.all(victims.map((victim) => victim.healthy()))).every(Boolean),
        [Symbol.asyncDispose]: once(async () => {
          for (const victim of victims) if (victim.state() === 'exited') await victim.start();
        }),
      };
    },
  };
}
