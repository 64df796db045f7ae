/** A tenant looks at what it has just changed, in rows about standbys. */
import type { Activity, Ms, Observation, Probe } from 'faultline';
import { assign, release, reserve, validate } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { spareNumbers } from '../../models/numbering/numbers.ts';
import { withOperation } from './probes.ts';

const LOOKS = 'tenant-looks-again';
const OTHER = 'tenant-finds-it-taken';

/** The tag of an operation whose answer must show a change that was committed before. */
const EXPECTS = 'expects';

/**
 * Every `everyMs` a tenant leases a number, validates it, and gives it back and validates it again; meanwhile another tenant
 * asks for the number. Each answer must show what was committed just before.
 */
export function looksAtItsChanges(everyMs: Ms): Activity {
  return {
    title: 'a tenant looks at what it has just changed',
    during: 'fault',
    run: async (stage) => {
      const { instants, running } = stage;
      const clients = clientsOf(stage);
      while (instants.cleared === undefined) {
        const [number] = await spareNumbers(running, 1);
        if (number === undefined) return;
        const looks = async (expects: string): Promise<void> => {
          for (const via of ['http', 'grpc'] as const)
            await clients.call(LOOKS, validate(LOOKS, number), { via, tags: { [EXPECTS]: expects } });
        };
        const lease = await clients.call(LOOKS, assign(LOOKS, number));
        const leaseId = String(lease.result?.['leaseId']);
        if (lease.outcome === 'ok') {
          await looks('valid');
          await clients.call(OTHER, reserve(OTHER, number, everyMs), { tags: { [EXPECTS]: 'taken' } });
          const given = await clients.call(LOOKS, release(LOOKS, leaseId));
          if (given.outcome === 'ok') await looks('not valid');
        }
        await running.clock.sleep(everyMs);
      }
    },
  };
}

/** Every answer shows the change that its caller knows of. */
export const changesAreSeen: Probe = {
  title: 'every call sees what was committed before',
  observe: async ({ operations }, _running, from, to) =>
    operations.flatMap((operation): Observation[] => {
      const { input, invokedAt, name, outcome, error, result } = operation;
      const expects = input[EXPECTS] as string | undefined;
      if (expects === undefined || outcome === 'info' || invokedAt < from || invokedAt > to) return [];
      const saw = name === 'validate' ? (result?.['valid'] === true ? 'valid' : 'not valid') : (error ?? 'free');
      const holds = expects === 'taken' ? error === 'CONFLICT' : outcome === 'ok' && saw === expects;
      return [{ at: invokedAt, holds, seen: `${name}: ${saw}, it is ${expects}` }];
    }),
  plant: (evidence) =>
    withOperation(evidence, { name: 'validate', input: { [EXPECTS]: 'not valid' }, result: { valid: true } }),
};
