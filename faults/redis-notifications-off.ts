import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';
import { configValue } from './redis-config.ts';

const SETTING = 'notify-keyspace-events';
const PROBE_KEY = 'faultline:notifications-off';

/**
 * Keyspace notifications lost: `notify-keyspace-events` is emptied, put back when healed. Bit when the setting reads
 * empty and no subscriber is told of a key that expires meanwhile (`expired_keys` moves, the count of messages does not
 * depend on it): the witness lets a key of its own expire.
 */
export function notificationsOff(redis: string): PlannableFault {
  return plannable({
    kind: 'cache.notifications-off',
    target: redis,
    title: `keyspace notifications of ${redis} off`,
    inject: async ({ running: { admin } }) => {
      const read = async (): Promise<string | undefined> =>
        configValue(await admin.redis(redis, 'CONFIG', 'GET', SETTING), SETTING);
      const former = await read();
      await admin.redis(redis, 'CONFIG', 'SET', SETTING, '');
      await admin.redis(redis, 'SET', PROBE_KEY, '1', 'PX', '50');
      return {
        witness: async () => {
          if (former === undefined || former === '' || (await read()) !== '') return undefined;
          if (Number(await admin.redis(redis, 'EXISTS', PROBE_KEY)) !== 0) return undefined;
          return {
            seen: `${SETTING} is empty, was ${former}; a key has expired since without a notification`,
            figures: { expired: 1 },
          };
        },
        healed: async () => former !== undefined && sameFlags((await read()) ?? '', former),
        [Symbol.asyncDispose]: once(async () => {
          await admin.redis(redis, 'CONFIG', 'SET', SETTING, former ?? '');
        }),
      };
    },
  });
}

/** Redis gives the flags back in an order of its own. */
function sameFlags(a: string, b: string): boolean {
  return a.split('').toSorted().join('') === b.split('').toSorted().join('');
}
