/** What clients do beside the steady load, in rows of numbering. */
import type { Activity, Ms, Stage } from 'faultline';
import { reserve } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { spareNumbers } from '../../models/numbering/numbers.ts';

/** The wait between two Reserves of one tenant: well under its rate limit, which is not what is tested. */
const GAP_MS: Ms = 250;

/** A tenant reserves one number more than its quota allows; operations carry `nth`, from 1. Its reservations are left to expire. */
export function reservesBeyondQuota(quota: number, ttlMs: Ms): Activity {
  return {
    title: `a tenant reserves ${quota + 1} numbers`,
    during: 'fault',
    run: async (stage: Stage) => {
      const numbers = await spareNumbers(stage.running, quota + 1);
      for (const [i, number] of numbers.entries()) {
        await clientsOf(stage).call(BEYOND_QUOTA, reserve(BEYOND_QUOTA, number, ttlMs), { tags: { nth: i + 1 } });
        await stage.running.clock.sleep(GAP_MS);
      }
    },
  };
}

/** The process, and tenant, of `reservesBeyondQuota`. */
export const BEYOND_QUOTA = 'tenant-beyond-quota';
