import type { Ms } from '../contract/index.ts';
import { total } from './observed.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { components } from './targets.ts';

/** It has died again so often when the loop counts as seen. */
const LOOP = 2;

/**
 * A process that dies again whenever it has been started: SIGKILL, down for `downMs`, up for `upMs`, and so on. Bit when it
 * has ended twice since. Healed by starting it, and leaving it alone.
 */
export function crashLoop(
  target: string,
  { upMs, downMs }: { readonly upMs: Ms; readonly downMs: Ms },
): PlannableFault {
  return plannable({
    kind: 'process.crash-loop',
    target,
    title: `let ${target} die ${upMs / 1000} s after each start`,
    inject: async ({ running }) => {
      const victims = components(running, target);
      const before = victims.map(({ observed }) => ({ ...observed }));
      const loop = { over: false, failure: undefined as unknown };
      const looping = (async (): Promise<void> => {
        while (!loop.over) {
          for (const victim of victims) if (victim.state() !== 'exited') await victim.kill();
          await running.clock.sleep(downMs);
          if (loop.over) return;
          for (const victim of victims) if (victim.state() === 'exited') await victim.start();
          await running.clock.sleep(upMs);
        }
      })().catch((error: unknown) => {
        loop.failure = error;
      });
      return {
        witness: async () => {
          if (loop.failure !== undefined) throw new Error(`${target} could not be looped`, { cause: loop.failure });
          const now = victims.map(({ observed }) => observed);
          const [exits, starts] = [total(before, now, 'exits'), total(before, now, 'starts')];
          if (exits < LOOP * victims.length) return undefined;
          return { seen: `${exits} ends and ${starts} starts of ${target}`, figures: { exits, starts } };
        },
        healed: async () => (await Promise.all(victims.map((victim) => victim.healthy()))).every(Boolean),
        [Symbol.asyncDispose]: once(async () => {
          loop.over = true;
          await looping;
          for (const victim of victims) if (victim.state() === 'exited') await victim.start();
        }),
      };
    },
  });
}
