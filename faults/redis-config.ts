import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** `CONFIG SET` on a running Redis, put back when healed. Bit when `CONFIG GET` reads the new value. */
export function redisConfig(redis: string, setting: string, value: string): PlannableFault {
  return plannable({
    kind: 'cache.configuration',
    target: redis,
    title: `set ${setting} of ${redis} to ${JSON.stringify(value)}`,
    inject: async ({ running: { admin } }) => {
      const read = async (): Promise<string | undefined> =>
        configValue(await admin.redis(redis, 'CONFIG', 'GET', setting), setting);
      const former = await read();
      if (former === undefined) throw new Error(`${redis} has no setting ${setting}`);
      await admin.redis(redis, 'CONFIG', 'SET', setting, value);
      return {
        witness: async () => {
          const now = await read();
          if (now !== value || former === value) return undefined;
          return {
            seen: `CONFIG GET ${setting} is ${JSON.stringify(now)}, was ${JSON.stringify(former)}`,
            figures: {},
          };
        },
        healed: async () => (await read()) === former,
        [Symbol.asyncDispose]: once(async () => {
          await admin.redis(redis, 'CONFIG', 'SET', setting, former);
        }),
      };
    },
  });
}

/** The setting's value in a RESP2 list or a RESP3 map. */
export function configValue(answer: unknown, setting: string): string | undefined {
  if (Array.isArray(answer)) {
    const at = answer.indexOf(setting);
    return at < 0 ? undefined : String(answer[at + 1]);
  }
  if (answer instanceof Map) return answer.has(setting) ? String(answer.get(setting)) : undefined;
  if (typeof answer === 'object' && answer !== null && Object.hasOwn(answer, setting))
    return String((answer as Record<string, unknown>)[setting]);
  return undefined;
}
