import type { ActiveFault, Fault } from '../contract/index.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** Several faults at once: it bit when each did, and is healed when each is. Healed in the reverse order. */
export function all(...faults: readonly Fault[]): PlannableFault {
  return plannable({
    kind: faults.map(({ kind }) => kind).join(' + '),
    target: faults.map(({ target }) => target).join('; '),
    title: faults.map(({ title }) => title).join(' and '),
    inject: async (stage) => {
      // Adopted one by one: if a later injection fails, the earlier faults are healed.
      await using stack = new AsyncDisposableStack();
      const active: ActiveFault[] = [];
      for (const fault of faults) active.push(stack.use(await fault.inject(stage)));
      const healing = stack.move();
      const selfEnding = active.filter((each) => 'over' in each);
      const passed = active.filter((each) => 'putBack' in each);
      return {
        witness: async () => {
          const seen = await Promise.all(active.map((each) => each.witness()));
          const found = seen.filter((witness) => witness !== undefined);
          if (found.length < active.length) return undefined;
          return {
            seen: found.map((witness) => witness.seen).join('; '),
            figures: Object.assign({}, ...found.map(({ figures }) => figures)),
          };
        },
        healed: async () => (await Promise.all(active.map((each) => each.healed()))).every(Boolean),
        ...(selfEnding.length > 0 ? { over: () => selfEnding.every((each) => each.over?.()) } : {}),
        putBack: async () => {
          for (const each of passed.toReversed()) await each.putBack?.();
        },
        [Symbol.asyncDispose]: () => healing.disposeAsync(),
      };
    },
  });
}
