/** NUM-17: the suspension of a tenant with very many leases, and how they are taken back. */
import { clientMisuse, metric, polled } from 'faultline';
import type { Activity, Ms, PlannableFault, Probe, Stage } from 'faultline';
import { primarySql } from '../../models/numbering/primary.ts';

/** The tenant that is suspended. */
export const SUSPENDED = 'tenant-suspended';
const WORKER = 'numbering-jobs-recall';
const EVENT = 'compliance.tenant.suspended.v1';
/** Longer than the recall may take: then the fault counts as over, whatever is left. */
const OVER_AFTER_MS: Ms = 130_000;
/** Leases that are seeded by one statement. */
const CHUNK = 10_000;
const LOOK_EVERY_MS: Ms = 500;

/** The leases of the tenant, which other rows do not carry. Seeded past the services: they have neither events nor audit rows. */
export function leasesToRecall(count: number): Activity {
  return {
    title: `a tenant holds ${count} leases`,
    during: 'start',
    run: async ({ running }) => {
      for (let from = 1; from <= count; from += CHUNK) {
        const to = Math.min(from + CHUNK - 1, count);
        await primarySql(
          running,
          // Without the checks of foreign keys, which are most of the work.
          `begin;
           set local session_replication_role = replica;
           insert into numbering.identifiers (kind, value, state, tenant_id, lease_id)
             select 'MSISDN', '+9377' || lpad(n::text, 7, '0'), 'ASSIGNED', '${SUSPENDED}', md5('lease ' || n)::uuid
               from generate_series(${from}, ${to}) as n order by n;
           insert into numbering.leases (id, kind, value, tenant_id, status, created_at, valid_until)
             select md5('lease ' || n)::uuid, 'MSISDN', '+9377' || lpad(n::text, 7, '0'), '${SUSPENDED}', 'ACTIVE',
                    '2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z' from generate_series(${from}, ${to}) as n order by n;
           commit`,
        );
      }
      await primarySql(running, 'analyze numbering.identifiers, numbering.leases');
    },
  };
}

/**
 * compliance-engine suspends the tenant; its event comes a second time, and when half of the leases are recalled the worker is
 * killed. Over when no lease is left. Witnessed by the rows: leases are recalled, on two deliveries of one event.
 */
export function tenantSuspended(count: number): PlannableFault {
  const seen = { deliveries: 0 };
  return clientMisuse('compliance-engine -> nats -> numbering-service (recall)', {
    kind: 'load.storm + broker.redelivery + process.kill',
    title: `a tenant with ${count} leases is suspended, told twice, and the worker is killed half-way`,
    mistaken: ({ name }) => name === 'suspend',
    run: async (stage) => {
      const { running } = stage;
      const begun = running.clock.now();
      await suspendTwice(stage, seen);
      await leftAtMost(stage, count / 2, begun + OVER_AFTER_MS);
      await running.component(WORKER).kill();
      await leftAtMost(stage, 0, begun + OVER_AFTER_MS);
    },
  });
}

/** What an operator asks of compliance-engine, and its event once more: without a Nats-Msg-Id the stream keeps both. */
async function suspendTwice({ running, history }: Stage, seen: { deliveries: number }): Promise<void> {
  const operation = history.invoke('operator', 'suspend', { tenantId: SUSPENDED });
  const { status, body } = await running.admin.http('compliance-engine', {
    method: 'POST',
    path: `/v1/tenants/${SUSPENDED}/suspend`,
    body: { reason: 'ABUSE' },
  });
  if (status !== 202) throw new Error(`compliance-engine answered ${status}: ${JSON.stringify(body)}`);
  await running.admin.nats('nats', EVENT, body);
  seen.deliveries += 1;
  operation.ok(body as Record<string, unknown>);
}

async function leftAtMost({ running }: Stage, limit: number, until: Ms): Promise<void> {
  while (running.clock.now() < until) {
    if ((await left(running)).leases <= limit) return;
    await running.clock.sleep(LOOK_EVERY_MS);
  }
}

async function left(running: Stage['running']): Promise<{ leases: number; recalls: number }> {
  const [row] = await primarySql(
    running,
    `select (select count(*) from numbering.leases where tenant_id = '${SUSPENDED}' and status = 'ACTIVE')::int as leases,
            (select count(*) from numbering.recalls where finished_at is null)::int as recalls`,
  );
  return { leases: Number(row?.['leases']), recalls: Number(row?.['recalls']) };
}

/** Recalls in ten seconds, as the workers count them. */
export const noRecalls: Probe = metric('recalls in 10 s', 'sum(increase(numbering_recall_total[10s]))').equals(0);

/** Enough of the last changes to hold two seconds of a recall. */
const LAST_CHANGES = 2500;

/** The last second's ticks, by the committed changes: each has an instant of its own. */
export function ticksWithin(idsPerTick: number, ticksPerSecond: number): Probe {
  const title = `at most ${idsPerTick} ids a tick and ${ticksPerSecond} ticks a second are recalled`;
  return polled(title, 1000, async ({ running }) => {
    const [row] = await primarySql(
      running,
      `select count(*)::int as ticks, coalesce(max(ids), 0)::int as most, coalesce(sum(ids), 0)::int as ids from (
         select at, count(*) as ids from (
           select at, action, actor from numbering.audit order by seq desc limit ${LAST_CHANGES}) as last
         where action = 'recalled' and actor = 'job:recall-worker' and at > now() - interval '1 second'
         group by at) as ticks`,
    );
    const [ticks, most, ids] = [Number(row?.['ticks']), Number(row?.['most']), Number(row?.['ids'])];
    if (ticks === 0) return undefined;
    return {
      holds: most <= idsPerTick && ticks <= ticksPerSecond,
      seen: `${ids} ids in ${ticks} ticks, at most ${most} in one`,
    };
  });
}

/** Neither a lease of the tenant nor a recall that is not finished. */
export const backlogGone: Probe = polled('all leases of the tenant are recalled', 1000, async ({ running }) => {
  const { leases, recalls } = await left(running);
  return { holds: leases === 0 && recalls === 0, seen: `${leases} leases and ${recalls} recalls are left` };
});

/** The other tenants keep what they have. */
export const othersKeepTheirs: Probe = polled('no lease of another tenant is recalled', 5000, async ({ running }) => {
  const [row] = await primarySql(
    running,
    `select count(*)::int as others from numbering.leases where status = 'RECALLED' and tenant_id <> '${SUSPENDED}'`,
  );
  return { holds: row?.['others'] === 0, seen: `${String(row?.['others'])} of others` };
});
