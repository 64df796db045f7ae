/** NUM-21: the states of the degradation table, one assertion each. */
import { both, metric, operations, polled } from 'faultline';
import type { Activity, Evidence, Ms, Operation, Probe, Stage } from 'faultline';
import { assign } from '../../models/numbering/clients/call.ts';
import type { IdentifierKey } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { primarySql } from '../../models/numbering/primary.ts';
import { exportPlannedInMzr, reservationsEnd } from './region-lost.ts';
import { eventsAreHeld, outboxLag, suspensionWaits } from './outbox.ts';
import {
  eachOperation,
  keysAndRowsAgree,
  releasedWithin,
  validateP95,
  validationsSucceed,
  withOperation,
} from './probes.ts';
import { goesOn } from './until-recovered.ts';

/** Life of the reservations that are in flight when the region is lost. */
export const IN_FLIGHT_MS: Ms = 60_000;
const TENANT = 'tenant-of-all-kinds';
const STOCK = 600;
const EVERY_MS: Ms = 2000;

const INVENTORY = `
  insert into numbering.identifiers (kind, value)
    select 'ALPHA', 'STATE' || lpad(n::text, 4, '0') from generate_series(1, ${STOCK}) as n order by n;
  insert into numbering.identifiers (kind, value)
    select 'SHORT_CODE', (20000 + n)::text from generate_series(1, ${STOCK}) as n order by n;
  insert into sender_registry.verified (tenant_id, sender_id)
    select '${TENANT}', 'STATE' || lpad(n::text, 4, '0') from generate_series(1, ${STOCK}) as n order by n`;

/** A tenant leases an alphanumeric id and a short code every two seconds, whatever it is told. */
export const leasesOfOtherKinds: Activity = {
  title: 'a tenant leases alphanumeric ids and short codes',
  during: 'start',
  run: async (stage) => {
    await primarySql(stage.running, INVENTORY);
    for (let n = 1; n <= STOCK && goesOn(stage.instants); n += 1) {
      void lease(stage, { kind: 'ALPHA', value: `STATE${String(n).padStart(4, '0')}` });
      await stage.running.clock.sleep(EVERY_MS / 2);
      void lease(stage, { kind: 'SHORT_CODE', value: String(20_000 + n) });
      await stage.running.clock.sleep(EVERY_MS / 2);
    }
  },
};

function lease(stage: Stage, key: IdentifierKey): Promise<unknown> {
  return clientsOf(stage).call(TENANT, assign(TENANT, key));
}

/** Every committed change has its event in the outbox: by the rows. */
const changesInOutbox: Probe = polled('every change is in the outbox', 5000, async ({ running }) => {
  const [row] = await primarySql(
    running,
    `select count(*)::int as changes, count(*) filter (where o.id is null)::int as missing
       from numbering.audit a left join numbering.outbox o on o.aggregate = a.subject and o.version = a.version`,
  );
  return { holds: row?.['missing'] === 0, seen: `${String(row?.['missing'])} of ${String(row?.['changes'])} missing` };
});

/** Cache hits within `limit` ms at P95; every change in PostgreSQL, the outbox, soon published, and the mirror in Redis. */
export const fullOperation = (limit: Ms): Probe =>
  together(
    validationsSucceed,
    validateP95.atMost(limit),
    hitRatioInKbl.atLeast(HIT_RATIO),
    changesInOutbox,
    outboxLag.atMost(LAG_MS),
    keysAndRowsAgree,
  );

/** Of the instances that the load uses: the one in mzr is asked so seldom that its cache is cold. */
const hitRatioInKbl = metric('cache hit ratio', 'min(numbering_redis_cache_hit_ratio{job="numbering-service"})');

/** NUM-03's and NUM-05's figures for the steady state of cache and outbox. */
const HIT_RATIO = 0.9;
const LAG_MS: Ms = 2000;

const writes = ['reserve', 'release-reservation', 'assign', 'release'] as const;

/** Every change that a tenant asks for is made; alphanumeric ids, which need the registry, aside. */
export const lifecycleGoesOn: Probe = {
  ...eachOperation('lifecycle calls succeed', (operation) =>
    isChange(operation) && operation.input['kind'] !== 'ALPHA' ? operation.outcome === 'ok' : undefined,
  ),
  plant: (evidence) => withOperation(evidence, { name: 'assign', outcome: 'fail', error: 'UNAVAILABLE' }),
};

const isChange = ({ name }: Operation): boolean => (writes as readonly string[]).includes(name);

/** Without Redis: validations from PostgreSQL within `limit` ms, changes go on, the cron cleans up. */
export const withoutRedis = (limit: Ms, cronMs: Ms): Probe =>
  together(validationsSucceed, validateP95.atMost(limit), lifecycleGoesOn, releasedWithin(cronMs));

const assigns = operations('assign');

/** Without the registry: alphanumeric ids are refused, everything else is as before. */
export const withoutRegistry: Probe = both(
  assigns
    .where('of an alphanumeric id', ({ input }) => input['kind'] === 'ALPHA')
    .answeredWith('ALPHA_VERIFY_UNAVAILABLE'),
  lifecycleGoesOn,
);

/**
 * Without the primary: validations are answered from the cache until its entries are `ageMs` old, and UNAVAILABLE from
 * there on; nothing is changed.
 */
export const withoutPrimary = (ageMs: Ms): Probe => both(cachedThenUnavailable(ageMs), noChangeWithoutPrimary);

function cachedThenUnavailable(ageMs: Ms): Probe {
  return {
    title: `cached validations for ${ageMs / 1000} s, then UNAVAILABLE`,
    observe: async (evidence, _running, from, to) =>
      whileAway(evidence, from, to)
        .filter(({ name }) => name === 'validate')
        .map(({ invokedAt: at, outcome, error }) => {
          const cached = outcome === 'ok' && at - (evidence.instants.injected ?? 0) <= ageMs;
          return { at, holds: cached || error === 'UNAVAILABLE', seen: `validate ${error ?? outcome}` };
        }),
  };
}

/** No change is answered with success while no PostgreSQL takes writes. */
export const noChangeWithoutPrimary: Probe = {
  title: 'no lifecycle call succeeds without PostgreSQL',
  observe: async (evidence, _running, from, to) =>
    whileAway(evidence, from, to)
      .filter(isChange)
      .map(({ invokedAt: at, name, outcome, error }) => ({
        at,
        holds: outcome !== 'ok',
        seen: `${name} ${error ?? outcome}`,
      })),
  plant: (evidence) => withOperation(evidence, { name: 'assign', invokedAt: (evidence.instants.injected ?? 0) + 1 }),
};

/** Operations from the injection until a validation is answered from the database again: a restarted server answers before it is called cleared. */
function whileAway({ operations: all, instants }: Evidence, from: Ms, to: Ms): readonly Operation[] {
  const { injected = Infinity, cleared = Infinity } = instants;
  const back = all.find(
    ({ invokedAt, name, result }) => invokedAt > injected && name === 'validate' && result?.['source'] === 'database',
  );
  const end = Math.min(to, cleared, back === undefined ? Infinity : back.invokedAt - RESTART_MS);
  return all.filter(({ invokedAt }) => invokedAt >= Math.max(from, injected) && invokedAt < end);
}

/** Between the restart of a server and the first validation that finds it there. */
const RESTART_MS: Ms = 1000;

const MZR = 'postgres-mzr';

/** What tenants were given before the region was lost, and did not give back, is leased in mzr: by its rows. */
export const leasesAreInMzr: Probe = polled('every lease that was answered before is in mzr', 5000, async (stage) => {
  const { injected = 0 } = stage.instants;
  const before = stage.history.operations.filter(({ completedAt = Infinity }) => completedAt <= injected);
  const returned = new Set(
    before.filter(({ name }) => name === 'release').map(({ input }) => String(input['leaseId'])),
  );
  const ids = before
    .filter(({ name, outcome }) => name === 'assign' && outcome === 'ok')
    .map(({ result }) => String(result?.['leaseId']))
    .filter((id) => !returned.has(id));
  if (ids.length === 0) return undefined;
  const [row] = await stage.running.admin.sql(
    MZR,
    `select count(*)::int as there from numbering.leases where id = any($1::uuid[])`,
    [ids],
  );
  return { holds: row?.['there'] === ids.length, seen: `${String(row?.['there'])} of ${ids.length} leases are in mzr` };
});

/** Without the region: its leases stand, reservations in flight have ended, the export is planned in mzr. */
export const withoutRegion: Probe = together(leasesAreInMzr, reservationsEnd(IN_FLIGHT_MS), exportPlannedInMzr);

/** Without NATS: changes go on, their events and the suspension of a tenant wait. */
export const withoutNats: Probe = together(lifecycleGoesOn, eventsAreHeld, suspensionWaits);

function together(first: Probe, ...others: readonly Probe[]): Probe {
  return others.reduce((whole, probe) => both(whole, probe), first);
}
