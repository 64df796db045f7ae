/** What clients and operators do when region kbl is lost, and how it is seen. */
import { operations, polled } from 'faultline';
import type { Activity, Ms, Operation, OperatorStep, Probe, Stage } from 'faultline';
import { assign, reserve, validate } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { spareNumbers } from '../../models/numbering/numbers.ts';
import { primarySql } from '../../models/numbering/primary.ts';
import { keepsAsking } from './tenant-sessions.ts';
import { SERVICES } from './two-regions.ts';

const POLL_MS: Ms = 1000;
const MANAGER = 'failover-manager';
const LEASES_IN_MZR = 'tenant-leases-in-mzr';

/** Who takes writes, by the failover manager; undefined while nobody does. */
async function primary({ running }: Stage): Promise<string | undefined> {
  const { body } = await running.admin.http(MANAGER, { method: 'GET', path: '/v1/primary' });
  return (body as { primary: string | null }).primary ?? undefined;
}

/** kbl is primary, and a commit that asks for it waits for the standby in mzr. */
export const confirmedInBothRegions: Probe = polled('kbl is primary and mzr confirms', POLL_MS, async (stage) => {
  const [row] = await stage.running.admin.sql(
    'postgres',
    `select count(*)::int as n from pg_stat_replication where application_name = 'postgres-mzr' and sync_state = 'sync'`,
  );
  const now = await primary(stage);
  return {
    holds: now === 'postgres' && row?.['n'] === 1,
    seen: `${now ?? 'nobody'} is primary, ${String(row?.['n'])} confirms`,
  };
});

/** Tenants lease numbers in kbl until nobody answers there any more: the last ones were told so just before the end. */
export function leasesUntilTheEnd(everyMs: Ms, forMs: Ms): Activity {
  return {
    title: 'a tenant leases numbers until the region is lost',
    during: 'steady',
    run: async (stage) => {
      const { running } = stage;
      const numbers = await spareNumbers(running, Math.ceil(forMs / everyMs));
      const lease = async (): Promise<void> => {
        for (const number of numbers) {
          void clientsOf(stage).call('tenant-of-the-last-hour', assign('tenant-of-the-last-hour', number));
          await running.clock.sleep(everyMs);
        }
      };
      void lease().catch(() => {}); // the run ended meanwhile
      // The region is lost while they go on.
      await running.clock.sleep(forMs / 3);
    },
  };
}

/** The ttl of reservations that are under way in kbl when it is lost. */
export function reservationsInFlight(count: number, ttlMs: Ms): Activity {
  return {
    title: `${count} reservations are in flight in kbl`,
    during: 'steady',
    run: async (stage) => {
      for (const number of await spareNumbers(stage.running, count))
        await clientsOf(stage).call('tenant-in-flight', reserve('tenant-in-flight', number, ttlMs));
    },
  };
}

/** No reservation stands longer than `graceMs` after its time, in whichever server is primary. */
export function reservationsEnd(graceMs: Ms): Probe {
  return polled(`reservations have ended ${graceMs / 1000} s after their time`, POLL_MS, async (stage) => {
    try {
      const [row] = await primarySql(
        stage.running,
        `select count(*)::int as over, (select count(*)::int from numbering.reservations where tenant_id = 'tenant-in-flight') as all_of_them
           from numbering.reservations where status = 'ACTIVE' and expires_at <= now() - make_interval(secs => $1)`,
        [graceMs / 1000],
      );
      const [over, flights] = [Number(row?.['over']), Number(row?.['all_of_them'])];
      return { holds: over === 0 && flights > 0, seen: `${over} over and not ended, ${flights} were in flight` };
    } catch {
      return { holds: false, seen: 'no primary answers' };
    }
  });
}

/** Leases that a tenant of mzr takes, at most: a region that stays lost would use up the inventory. */
const LEASES_MAX = 100;

/** A tenant of mzr leases a number and validates it every `everyMs`; with enough of them it only validates. Operations carry `region`. */
export function mzrIsUsed(everyMs: Ms): Activity {
  const options = { service: SERVICES.mzr, tags: { region: 'mzr' } };
  return keepsAsking('a tenant of mzr leases numbers and validates its leases', everyMs, async (stage, nth) => {
    const clients = clientsOf(stage);
    const [number] = nth < LEASES_MAX ? await spareNumbers(stage.running, 1) : [];
    if (number === undefined) {
      const { input } = stage.history.operations.findLast(leasedInMzr) ?? {};
      if (input !== undefined)
        await clients.call(
          LEASES_IN_MZR,
          validate(LEASES_IN_MZR, { kind: 'MSISDN', value: String(input['value']) }),
          options,
        );
      return;
    }
    const given = await clients.call(LEASES_IN_MZR, assign(LEASES_IN_MZR, number), options);
    if (given.outcome === 'ok') await clients.call(LEASES_IN_MZR, validate(LEASES_IN_MZR, number), options);
  });
}

const leasedInMzr = ({ process, name, outcome }: Operation): boolean =>
  process === LEASES_IN_MZR && name === 'assign' && outcome === 'ok';

/** After failback another tenant asks in kbl for every number that was leased in mzr: they are held. */
export const asksForMzrsNumbers: Activity = {
  title: 'a tenant of kbl asks for what was leased in mzr',
  during: 'cleared',
  run: async (stage) => {
    const { running, history, instants } = stage;
    const leased = history.operations.filter(
      (operation) => leasedInMzr(operation) && operation.invokedAt > (instants.injected ?? 0),
    );
    while ((await primary(stage)) !== 'postgres') {
      if (instants.recovered !== undefined || instants.ended !== undefined) return;
      await running.clock.sleep(POLL_MS);
    }
    // The services hear of it.
    await running.clock.sleep(3 * POLL_MS);
    for (const { result } of leased.slice(0, 20)) {
      const number = { kind: 'MSISDN' as const, value: String(result?.['value']) };
      await clientsOf(stage).call('tenant-wants-mzrs', assign('tenant-wants-mzrs', number), {
        tags: { wantsMzrs: true },
      });
    }
  },
};

/** The export that was planned within the fault is another region's now. */
export const exportPlannedInMzr: Probe = polled('the export that is due is planned in mzr', POLL_MS, async (stage) => {
  try {
    const rows = await primarySql(
      stage.running,
      `select month, region, status from numbering.regulator_exports order by month desc limit 1`,
    );
    const [row] = rows;
    if (row === undefined) return { holds: false, seen: 'nothing is planned' };
    return {
      holds: row['region'] === 'mzr',
      seen: `${String(row['month'])} in ${String(row['region'])}, ${String(row['status'])}`,
    };
  } catch {
    return { holds: false, seen: 'no primary answers' };
  }
});

/** The latest export comes due `afterMs` after the region is lost. */
export function exportComesDue(afterMs: Ms): Activity {
  return {
    title: `an export comes due ${afterMs / 60_000} min after`,
    during: 'steady',
    run: async ({ running }) => {
      const limit = running.clock.now() + 60_000;
      for (;;) {
        const moved = await running.admin.sql(
          'postgres',
          `update numbering.regulator_exports set planned_at = now() + make_interval(secs => $1)
            where month = (select max(month) from numbering.regulator_exports) and status = 'PENDING' returning month`,
          [afterMs / 1000],
        );
        if (moved.length > 0) return;
        if (running.clock.now() > limit) throw new Error('no export was planned within a minute');
        await running.clock.sleep(POLL_MS);
      }
    },
  };
}

/** Promotion by hand. */
export const promoteByHand: OperatorStep = {
  title: 'promote the standby in mzr',
  run: async ({ running }) => {
    const { status, body } = await running.admin.http(MANAGER, { method: 'POST', path: '/v1/promotion/run' });
    if (status !== 202) throw new Error(`the failover manager answered ${status}: ${JSON.stringify(body)}`);
  },
};

/** Failback by the runbook: asked for until the manager does it, which is when kbl follows mzr. */
export const failBack: OperatorStep = {
  title: 'fail back to kbl',
  run: async (stage) => {
    const { running, instants } = stage;
    while (instants.recovered === undefined && instants.ended === undefined) {
      if ((await primary(stage)) === 'postgres') return;
      await running.admin.http(MANAGER, { method: 'POST', path: '/v1/failback/postgres' });
      await running.clock.sleep(5 * POLL_MS);
    }
  },
};

/** kbl is primary, mzr confirms, and every lease that was given in between is held. */
export const numbersOfMzrAreHeld: Probe = operations('assign')
  .where('of a number that was leased in mzr', ({ input }) => input['wantsMzrs'] === true)
  .answeredWith('CONFLICT');

/** Two servers that take writes are two primaries, unless the failover manager lets nobody write to one. */
export const onePrimary: Probe = polled('no two servers are written to', POLL_MS, async (stage) => {
  const beats = await Promise.all(
    ['postgres', 'postgres-mzr'].map(async (name) => {
      try {
        const [row] = await stage.running.admin.sql(
          name,
          `select not pg_is_in_recovery() as writes,
             extract(epoch from now() - (select at from numbering.heartbeat))::float8 as age`,
        );
        return row?.['writes'] === true && Number(row['age']) < 2;
      } catch {
        return false;
      }
    }),
  );
  const writing = beats.filter(Boolean).length;
  return { holds: writing <= 1, seen: `${writing} are written to` };
});
