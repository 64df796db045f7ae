/** NUM-18: a tenant that floods Reserve, five others that go on as usual, and what becomes of them. */
import { clientMisuse, polled } from 'faultline';
import type { Activity, Ms, Observation, Operation, PlannableFault, Probe, Stage } from 'faultline';
import { assign, reserve } from '../../models/numbering/clients/call.ts';
import type { IdentifierKey } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { spareNumbers } from '../../models/numbering/numbers.ts';
import { primarySql } from '../../models/numbering/primary.ts';
import { eachOperation, withOperation } from './probes.ts';
import { goesOn } from './until-recovered.ts';

const FLOODS = 'tenant-floods';
const OTHERS = 5;
const LIMITED = 'RATE_LIMITED';
const QUOTA = 'RESERVATION_QUOTA';
const HTTP_STATUS = 429;
const GRPC_RESOURCE_EXHAUSTED = 8;

/** Numbers of this row, which other rows do not carry: for the flood, for the tenant after it, for the others. */
const NUMBERS = { flood: 2000, after: 200, others: 800 };
const number = (use: keyof typeof NUMBERS, n: number): IdentifierKey => {
  const first = { flood: 0, after: NUMBERS.flood, others: NUMBERS.flood + NUMBERS.after }[use];
  return { kind: 'MSISDN', value: `+93704${String(1 + first + (n % NUMBERS[use])).padStart(6, '0')}` };
};
const LAST_OF_FLOOD = number('flood', NUMBERS.flood - 1).value;

/** Life of the reservations that the flood makes. */
const FLOOD_LIFE_MS: Ms = 60_000;
const SHORT_LIFE_MS: Ms = 10_000;

/** Between two reservations of one of the other tenants: four a minute. */
const OTHERS_EVERY_MS: Ms = 15_000;

/** The five others reserve now and then, until the run has recovered. */
export const othersGoOn: Activity = {
  title: `${OTHERS} other tenants go on as usual`,
  during: 'start',
  run: async (stage) => {
    const all = Object.values(NUMBERS).reduce((sum, count) => sum + count, 0);
    await primarySql(
      stage.running,
      `insert into numbering.identifiers (kind, value)
         select 'MSISDN', '+93704' || lpad(n::text, 6, '0') from generate_series(1, ${all}) as n order by n`,
    );
    await Promise.all(Array.from({ length: OTHERS }, (_, i) => goOn(stage, i)));
  },
};

async function goOn(stage: Stage, i: number): Promise<void> {
  const tenantId = `tenant-other-${i + 1}`;
  const random = stage.random(`numbering.${tenantId}`);
  for (let nth = 0; goesOn(stage.instants); nth += 1) {
    await stage.running.clock.sleep(OTHERS_EVERY_MS * (0.5 + random()));
    const key = number('others', nth * OTHERS + i);
    await clientsOf(stage).call(tenantId, reserve(tenantId, key, SHORT_LIFE_MS), {
      via: random() < 0.5 ? 'http' : 'grpc',
    });
  }
}

/** What the tenant holds before it floods: its recall is a small one. */
export function leasesOfTheTenant(count: number): Activity {
  return {
    title: `the tenant leases ${count} numbers`,
    during: 'steady',
    run: async (stage) => {
      for (const key of await spareNumbers(stage.running, count))
        await clientsOf(stage).call(FLOODS, assign(FLOODS, key));
    },
  };
}

/** `count` reservations of one tenant within `spanMs`, each of another number, over both protocols and instances. */
export function flood(count: number, spanMs: Ms): PlannableFault {
  return clientMisuse('one tenant -> numbering-service (Reserve)', {
    kind: 'load.flood',
    title: `${count} reservations in ${spanMs / 60_000} min by one tenant`,
    mistaken: ({ input }) => input['flood'] !== undefined,
    atLeast: 10,
    run: async (stage) => {
      const under: Promise<unknown>[] = [];
      for (let nth = 0; nth < count; nth += 1) {
        under.push(ask(stage, nth));
        await stage.running.clock.sleep(spanMs / count);
      }
      await Promise.all(under);
    },
  });
}

function ask(stage: Stage, nth: number): Promise<unknown> {
  const via = nth % 2 === 0 ? 'http' : 'grpc';
  return clientsOf(stage).call(FLOODS, reserve(FLOODS, number('flood', nth), FLOOD_LIFE_MS), {
    via,
    tags: { flood: nth },
  });
}

/** Between two calls of the tenant after its flood: well under its limit. If the fault stays: well over. */
const AFTER_EVERY_MS: Ms = 5000;
const STAYS_EVERY_MS: Ms = 300;

/** The tenant behaves, and asks for a number now and then; a fault that stays is a tenant that does not. */
export const tenantBehaves: Activity = {
  title: 'the tenant asks for a number now and then',
  during: 'cleared',
  run: async (stage) => {
    for (let nth = 0; goesOn(stage.instants); nth += 1) {
      if (stage.faultStays) await ask(stage, nth);
      else
        await clientsOf(stage).call(FLOODS, reserve(FLOODS, number('after', nth), SHORT_LIFE_MS), {
          tags: { after: nth },
        });
      await stage.running.clock.sleep(stage.faultStays ? STAYS_EVERY_MS : AFTER_EVERY_MS);
    }
  },
};

const isReserve = ({ name }: Operation): boolean => name === 'reserve';
const ofFlood = ({ input }: Operation): boolean => input['flood'] !== undefined;
const tenantOf = ({ input }: Operation): string => String(input['tenantId']);
/** Counted by the limit: whatever else came of it. */
const letThrough = ({ error }: Operation): boolean => error !== LIMITED;

/** No tenant reserves more often than `perMinute`, and none is refused by a limit. */
export function noneIsLimited(perMinute: number): Probe {
  return {
    title: `every tenant reserves less than ${perMinute} times a minute, and none is limited`,
    observe: async ({ operations }, _running, from, to) =>
      operations.flatMap((operation): Observation[] => {
        const { error, invokedAt: at, outcome } = operation;
        if (!isReserve(operation) || at < from || at > to) return [];
        const own = operations.filter(
          (other) =>
            isReserve(other) &&
            tenantOf(other) === tenantOf(operation) &&
            other.invokedAt > at - 60_000 &&
            other.invokedAt <= at,
        ).length;
        const limited = error === LIMITED || error === QUOTA;
        return [
          {
            at,
            holds: own < perMinute && !limited,
            seen: `${own} of ${tenantOf(operation)} in a minute, ${error ?? outcome}`,
          },
        ];
      }),
  };
}

/**
 * From call `limit` + 1 within a minute on the flood is refused with 429 RATE_LIMITED; before, it is let through, up to
 * its quota, and then refused with 429 RESERVATION_QUOTA.
 */
export function limitedFrom(limit: number): Probe {
  return {
    title: `from the ${limit + 1}st Reserve within a minute on the tenant gets 429 ${LIMITED}, at its quota ${QUOTA}`,
    observe: async ({ operations }, _running, from, to) => {
      const own = operations.filter((operation) => isReserve(operation) && tenantOf(operation) === FLOODS);
      return own.flatMap((operation): Observation[] => {
        const { error, input, invokedAt: at, outcome, result } = operation;
        if (!ofFlood(operation) || at < from || at > to || outcome === 'info') return [];
        const certain = own.filter(
          (call) =>
            letThrough(call) &&
            (call.completedAt ?? Infinity) <= at &&
            call.invokedAt > (operation.completedAt ?? at) - 60_000,
        ).length;
        const status =
          input['via'] === 'http'
            ? result?.['status'] === HTTP_STATUS
            : result?.['grpcStatus'] === GRPC_RESOURCE_EXHAUSTED;
        const refused = (error === LIMITED || error === QUOTA) && status;
        const holds = certain >= limit ? error === LIMITED && status : outcome === 'ok' || refused;
        return [{ at, holds, seen: `call ${certain + 1} or later in a minute: ${error ?? outcome}` }];
      });
    },
  };
}

/** In no minute, from the invocation of one call to the answer of another, are more than `limit` certainly let through. */
export function atMostLetThrough(limit: number): Probe {
  const title = `no more than ${limit} Reserve calls of the tenant are let through in a minute`;
  return {
    title,
    observe: async ({ operations }, _running, from, to) => {
      const through = operations.filter(
        (operation) =>
          isReserve(operation) &&
          tenantOf(operation) === FLOODS &&
          letThrough(operation) &&
          operation.completedAt !== undefined,
      );
      return through.flatMap((operation): Observation[] => {
        const { invokedAt: at } = operation;
        if (at < from || at > to) return [];
        const within = through.filter(
          (other) => other.invokedAt >= at && (other.completedAt ?? Infinity) < at + 60_000,
        ).length;
        return [{ at, holds: within <= limit, seen: `${within} let through in a minute` }];
      });
    },
    plant: (evidence) => {
      const model = evidence.operations.findLast((operation) => ofFlood(operation) && operation.outcome === 'ok');
      if (model === undefined) return evidence;
      const more = Array.from({ length: limit }, () => ({ ...model, id: -1 }));
      return { ...evidence, operations: [...evidence.operations, ...more] };
    },
  };
}

/** What the stand-in was told. */
export const fraudIntelIsTold: Probe = polled(
  'fraud-intel has RESERVATION_BURST with tenant and rate',
  1000,
  async ({ running }) => {
    const { body } = await running.admin.http('fraud-intel', { method: 'GET', path: '/v1/control/signals' });
    const { signals } = body as {
      readonly signals: readonly { signal: string; tenantId: string; ratePerMinute: number }[];
    };
    const own = signals.find(({ signal, tenantId }) => signal === 'RESERVATION_BURST' && tenantId === FLOODS);
    return {
      holds: own !== undefined && own.ratePerMinute > 60,
      seen:
        own === undefined
          ? `${signals.length} signals`
          : `${own.signal} of ${own.tenantId}, ${own.ratePerMinute} a minute`,
    };
  },
);

/** The tenant is suspended, and its leases are taken back. */
export const recallStarts: Probe = polled("the tenant's leases are recalled", 1000, async ({ running }) => {
  const [row] = await primarySql(
    running,
    `select (select count(*) from compliance.suspensions where tenant_id = '${FLOODS}')::int as suspended,
            (select count(*) from numbering.leases where tenant_id = '${FLOODS}' and status = 'RECALLED')::int as recalled`,
  );
  const [suspended, recalled] = [Number(row?.['suspended']), Number(row?.['recalled'])];
  return { holds: suspended === 1 && recalled > 0, seen: `suspended ${suspended} times, ${recalled} leases recalled` };
});

/** Every number that the flood asked for is free again. */
export const poolAsBefore: Probe = polled('the numbers of the flood are free again', 2000, async ({ running }) => {
  const [row] = await primarySql(
    running,
    `select count(*)::int as taken from numbering.identifiers
      where kind = 'MSISDN' and value between '+93704000001' and '${LAST_OF_FLOOD}' and state <> 'AVAILABLE'`,
  );
  return { holds: row?.['taken'] === 0, seen: `${String(row?.['taken'])} are taken` };
});

/** What the tenant asks for after its flood, it gets. */
export const limitIsLifted: Probe = eachOperation('the limit is lifted', ({ input, outcome }) =>
  input['after'] === undefined && input['flood'] === undefined ? undefined : outcome === 'ok',
);

/** A free number is left at any time. */
export const poolNotEmptied: Probe = polled('the pool is not emptied', 5000, async ({ running }) => {
  const [row] = await primarySql(
    running,
    `select count(*)::int as free from numbering.identifiers where kind = 'MSISDN' and state = 'AVAILABLE'`,
  );
  return { holds: Number(row?.['free']) > 0, seen: `${String(row?.['free'])} are free` };
});

/** Nobody but the tenant that floods is refused by a limit. */
export const othersNotLimited: Probe = {
  ...eachOperation('no other tenant is limited', (operation) =>
    tenantOf(operation) === FLOODS || operation.completedAt === undefined
      ? undefined
      : operation.error !== LIMITED && operation.error !== QUOTA,
  ),
  plant: (evidence) =>
    withOperation(evidence, { name: 'reserve', outcome: 'fail', error: LIMITED, input: { tenantId: 'planted' } }),
};
