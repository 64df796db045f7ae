import type { Fault, Shortage } from '../contract/index.ts';
import { total } from './observed.ts';
import { once } from './once.ts';
import { components } from './targets.ts';

/** What a kind of shortage leaves to be seen. */
export interface ShortageKind {
  readonly kind: string;
  readonly title: string;
  readonly shortage: Shortage;
  /** Count of the component that must have grown, and how it reads. */
  readonly trace: string;
  readonly reads: string;
}

/** A fault that makes a component short of something; the files `resource-*.ts` name the kinds. Needs a real machine. */
export function shortageFault({ kind, title, shortage, trace, reads }: ShortageKind, target: string): Fault {
  return {
    kind,
    target,
    title,
    inject: async ({ running }) => {
      const victims = components(running, target);
      const before = victims.map(({ observed }) => ({ ...observed }));
      await using stack = new AsyncDisposableStack();
      for (const victim of victims) stack.use(await victim.starve(shortage));
      const healing = stack.move();
      const startEnded = async (): Promise<void> => {
        for (const victim of victims) if (victim.state() === 'exited') await victim.start();
      };
      let given = false;
      return {
        witness: async () => {
          const now = victims.map(({ observed }) => observed);
          const count = total(before, now, trace);
          return count > 0 ? { seen: `${count} ${reads}`, figures: { [trace]: count } } : undefined;
        },
        healed: async () => {
          // One that met the shortage may still end of it after the shortage is over.
          if (given) await startEnded();
          return (await Promise.all(victims.map((victim) => victim.healthy()))).every(Boolean);
        },
        [Symbol.asyncDispose]: once(async () => {
          await healing.disposeAsync();
          given = true;
          await startEnded();
        }),
      };
    },
  };
}
