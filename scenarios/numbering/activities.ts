/** What clients do beside the steady load, in rows of numbering. */
import type { Activity, Ms, Stage } from 'faultline';
import { assign, browse, release, reserve } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { inventoryOf, spareNumbers } from '../../models/numbering/numbers.ts';

/**
 * The seed says at which moment of a job's period the fault begins. Without this it would always be the same one: the
 * services start together, and the steady state has held for 30 s at the same time after.
 */
export function atAnyMomentOf(periodMs: Ms): Activity {
  return {
    title: `the fault begins at any moment of ${periodMs / 1000} s`,
    during: 'steady',
    run: ({ random, running }) => running.clock.sleep(random('numbering.moment-of-fault')() * periodMs),
  };
}

/** The process, and tenant, of `reservesBeyondQuota`. */
export const BEYOND_QUOTA = 'tenant-beyond-quota';

/** The wait between two Reserves of one tenant: well under its rate limit, which is not what is tested. */
const GAP_MS: Ms = 250;

/** A tenant reserves one number more than its quota allows; operations carry `nth`, from 1. Its reservations are left to expire. */
export function reservesBeyondQuota(quota: number, ttlMs: Ms): Activity {
  return {
    title: `a tenant reserves ${quota + 1} numbers`,
    during: 'fault',
    run: async (stage) => {
      const numbers = await spareNumbers(stage.running, quota + 1);
      for (const [i, number] of numbers.entries()) {
        await clientsOf(stage).call(BEYOND_QUOTA, reserve(BEYOND_QUOTA, number, ttlMs), { tags: { nth: i + 1 } });
        await stage.running.clock.sleep(GAP_MS);
      }
    },
  };
}

/** A tenant leases one number more than its quota allows, directly; operations carry `nth`, from 1. */
export function leasesBeyondQuota(quota: number): Activity {
  return {
    title: `a tenant leases ${quota + 1} numbers`,
    during: 'fault',
    run: async (stage) => {
      const numbers = await spareNumbers(stage.running, quota + 1);
      for (const [i, number] of numbers.entries()) {
        await clientsOf(stage).call(BEYOND_QUOTA, assign(BEYOND_QUOTA, number), { tags: { nth: i + 1 } });
        await stage.running.clock.sleep(GAP_MS);
      }
    },
  };
}

/** Two tenants ask for one number at the same instant, each at another instance; `rounds` times. The loser meets CONFLICT. */
export function tenantsRace(rounds: number, everyMs: Ms, ttlMs: Ms): Activity {
  return {
    title: 'two tenants ask for one number at once',
    during: 'fault',
    run: async (stage) => {
      const clients = clientsOf(stage);
      for (const number of await spareNumbers(stage.running, rounds)) {
        await Promise.all(
          ['tenant-race-1', 'tenant-race-2'].map((tenantId, instance) =>
            clients.call(tenantId, reserve(tenantId, number, ttlMs), { instance }),
          ),
        );
        await stage.running.clock.sleep(everyMs);
      }
    },
  };
}

/** `count` reservations of many tenants, begun evenly within `span`, each left to expire after `ttlMs`. */
export function reservationsExpire(count: number, span: Ms, ttlMs: Ms, tenants: number): Activity {
  return {
    title: `${count} reservations expire`,
    during: 'fault',
    run: async (stage) => {
      for (const [i, number] of (await spareNumbers(stage.running, count)).entries()) {
        const tenantId = `tenant-expiring-${1 + (i % tenants)}`;
        void clientsOf(stage).call(tenantId, reserve(tenantId, number, ttlMs), { via: i % 2 === 0 ? 'http' : 'grpc' });
        await stage.running.clock.sleep(span / count);
      }
    },
  };
}

/**
 * A tenant asks for a number from the moment at which another one's reservation of it is over, every 2 s until it gets it;
 * then for the next. Operations carry `overdueMs`, for how long the number has been over. Lives are drawn between
 * `shortestMs` and four times that: with one length each end would fall on the same moment of the cron's period.
 */
export function asksUntilFree(shortestMs: Ms): Activity {
  return {
    title: 'a tenant asks for numbers whose reservation is over',
    during: 'fault',
    run: async (stage) => {
      const { instants, running } = stage;
      const clients = clientsOf(stage);
      const random = stage.random('numbering.asks-until-free');
      while (instants.cleared === undefined) {
        const [number] = await spareNumbers(running, 1);
        if (number === undefined) return;
        const ttlMs = Math.round(shortestMs * (1 + 3 * random()));
        await clients.call('tenant-holds', reserve('tenant-holds', number, ttlMs));
        const over = running.clock.now() + ttlMs;
        let free = false;
        while (!free && instants.cleared === undefined) {
          await running.clock.sleep(Math.max(ASK_EVERY_MS, over - running.clock.now()));
          const tags = { overdueMs: running.clock.now() - over };
          free =
            (await clients.call('tenant-waits', reserve('tenant-waits', number, ttlMs), { tags })).outcome === 'ok';
        }
      }
    },
  };
}

/** Well under the rate limit of Reserve. */
const ASK_EVERY_MS: Ms = 2000;

/** Tenants reserve half of the short codes, and let them expire after `ttlMs`. */
export function shortCodesExpire(ttlMs: Ms): Activity {
  return {
    title: 'half of the short codes are reserved and expire',
    during: 'fault',
    run: async (stage) => {
      const { shortCodes } = await inventoryOf(stage.running);
      for (const code of shortCodes.slice(0, shortCodes.length / 2))
        await clientsOf(stage).call('tenant-short-codes', reserve('tenant-short-codes', code, ttlMs));
    },
  };
}

/** The wait between two looks at the pool. */
const BROWSE_EVERY_MS: Ms = 2000;

/** A tenant browses the short codes until the run has recovered; operations carry `pool`, how many there are in all. */
export const browseShortCodes: Activity = {
  title: 'a tenant browses the short codes',
  during: 'cleared',
  run: async (stage) => {
    const { shortCodes } = await inventoryOf(stage.running);
    while (stage.instants.recovered === undefined) {
      const tags = { pool: shortCodes.length };
      await clientsOf(stage).call('browser', browse('tenant-browsing', 'SHORT_CODE'), { tags });
      await stage.running.clock.sleep(BROWSE_EVERY_MS);
    }
  },
};

/** The process, and tenant, that gives numbers back. */
const GIVES_BACK = 'tenant-gives-back';

/** A tenant leases `count` numbers and gives them back, one each 100 ms: they pass their quarantineUntil at the same pace. */
export function numbersGivenBack(count: number): Activity {
  return {
    title: `${count} leases are given back`,
    during: 'steady',
    run: async (stage) => {
      const under: Promise<void>[] = [];
      for (const number of await spareNumbers(stage.running, count)) {
        under.push(leaseAndReturn(stage, number));
        await stage.running.clock.sleep(100);
      }
      await Promise.all(under);
    },
  };
}

async function leaseAndReturn(stage: Stage, number: Parameters<typeof assign>[1]): Promise<void> {
  const clients = clientsOf(stage);
  const lease = await clients.call(GIVES_BACK, assign(GIVES_BACK, number));
  if (lease.outcome !== 'ok') return;
  await clients.call(GIVES_BACK, release(GIVES_BACK, String(lease.result['leaseId'])));
}

/** The processes, and tenants, that ask for numbers which were given back. */
export const ASKS_TOO_EARLY = 'tenant-asks-early';
export const ASKS_AGAIN = 'tenant-asks-again';

/** A tenant asks for a number in quarantine now and then, until the alert fires: what an operator does then may free it. */
export function leaseTooEarly(everyMs: Ms): Activity {
  return {
    title: 'a tenant asks for numbers in quarantine',
    during: 'fault',
    run: async (stage) => {
      const { instants, running } = stage;
      for (const number of givenBack(stage)) {
        if ((instants.detected ?? instants.cleared) !== undefined) return;
        await clientsOf(stage).call(ASKS_TOO_EARLY, assign(ASKS_TOO_EARLY, number));
        await running.clock.sleep(everyMs);
      }
    },
  };
}

/** A tenant asks for the numbers again when the sweep runs, another one each time, until the run has recovered. */
export function leaseAgain(everyMs: Ms): Activity {
  return {
    title: 'a tenant asks for the numbers again',
    during: 'cleared',
    run: async (stage) => {
      const { instants, running } = stage;
      for (const number of givenBack(stage)) {
        if (instants.recovered !== undefined) return;
        await clientsOf(stage).call(ASKS_AGAIN, assign(ASKS_AGAIN, number));
        await running.clock.sleep(everyMs);
      }
    },
  };
}

/** The numbers of `numbersGivenBack`, by its operations. */
function givenBack({ history }: Stage): readonly { readonly kind: 'MSISDN'; readonly value: string }[] {
  return history.operations
    .filter(({ process, name, outcome }) => process === GIVES_BACK && name === 'release' && outcome === 'ok')
    .map(({ result }) => ({ kind: 'MSISDN', value: String(result?.['value']) }));
}
