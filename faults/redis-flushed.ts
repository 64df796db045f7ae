import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** A key of the fault's own, by which it is seen that everything is gone. */
const MARK = 'faultline:flushed';

/** FLUSHALL on a running Redis: everything that it held is lost at once. Nothing is put back. Bit when a key that was there is not. */
export function flushed(redis: string): PlannableFault {
  return plannable({
    kind: 'cache.flushed',
    target: redis,
    title: `flush ${redis}`,
    inject: async ({ running: { admin } }) => {
      await admin.redis(redis, 'SET', MARK, '1');
      await admin.redis(redis, 'FLUSHALL');
      return {
        witness: async () =>
          Number(await admin.redis(redis, 'EXISTS', MARK)) === 0
            ? { seen: 'a key that was there is gone', figures: { keys: 1 } }
            : undefined,
        healed: async () => true,
        [Symbol.asyncDispose]: async () => {},
      };
    },
  });
}
