/** NUM-12: the short codes are used up, and what tenants meet then. */
import { operations, polled, scarce } from 'faultline';
import type { Activity, Evidence, Ms, PlannableFault, Probe, Running, Stage } from 'faultline';
import { importFile, signedFile } from '../../models/numbering/administration/files.ts';
import { assign, validate } from '../../models/numbering/clients/call.ts';
import type { IdentifierKey } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';

export const REPORT = 'numbering-jobs-capacity';
const ALERT = 'NumberingShortCodeScarcityCritical';
const OPERATOR = 'Roshan';
/** Five evaluations of the rules: an alert that is to stay silent has had its chance, and clients have asked meanwhile. */
const HOLD_MS: Ms = 10_000;
const LIMIT_MS: Ms = 60_000;
const ASK_EVERY_MS: Ms = 2000;
const TAKE_EVERY_MS: Ms = 100;

/** Codes that begin with `prefix`, which no others do. */
function codes(prefix: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => String(prefix * 1000 + i + 1));
}

function allocate(stage: Stage, prefix: number, count: number): Promise<void> {
  return importFile(stage, OPERATOR, signedFile(OPERATOR, 'SHORT_CODE', String(prefix), codes(prefix, count)));
}

/** With those of the inventory a hundred codes, so that 10 % and 9 % of them are whole numbers. */
export const allocationAtStart: Activity = {
  title: 'the pool has a hundred short codes',
  during: 'start',
  run: async (stage) => {
    const { total } = await shortCodes(stage.running);
    await allocate(stage, 5, 100 - total);
  },
};

async function shortCodes({ admin }: Running): Promise<{ readonly left: number; readonly total: number }> {
  const [row] = await admin.sql(
    'postgres',
    `select count(*)::int as total, count(*) filter (where state = 'AVAILABLE')::int as left
       from numbering.identifiers where kind = 'SHORT_CODE'`,
  );
  return { left: Number(row?.['left']), total: Number(row?.['total']) };
}

const TAKES = 'tenant-takes-codes';

/** Tenants lease short codes until such shares are left; the new allocation is imported in the end. */
export function shortCodesUsedUp(shares: readonly number[], lowWater: number): PlannableFault {
  return scarce({
    title: `let tenants use the short codes up, to ${shares.map((share) => `${share * 100} %`).join(', ')}`,
    target: 'short-code pool',
    steps: shares,
    everyMs: TAKE_EVERY_MS,
    left: shortCodes,
    takeOne: async (stage) => {
      const [free] = (await stage.running.admin.sql(
        'postgres',
        `select kind, value from numbering.identifiers where kind = 'SHORT_CODE' and state = 'AVAILABLE' order by value limit 1`,
      )) as unknown as readonly IdentifierKey[];
      if (free !== undefined) await clientsOf(stage).call(TAKES, assign(TAKES, free));
    },
    at: async ({ running }, share) => {
      const { clock } = running;
      if (share > 0 && share < lowWater) {
        const deadline = clock.now() + LIMIT_MS;
        const fires = (): boolean => running.alerts().some(({ alert, state }) => alert === ALERT && state === 'firing');
        while (!fires() && clock.now() < deadline) await clock.sleep(500);
      }
      await clock.sleep(HOLD_MS);
    },
    refill: (stage) => allocate(stage, 6, 100),
  });
}

const ASKS = 'tenant-asks-for-a-code';

/** While none is left tenants ask for any code, and for one that is taken; those who hold codes validate them. */
export const tenantsAsk: Activity = {
  title: 'tenants ask for short codes that are not there',
  during: 'fault',
  run: async (stage) => {
    const { instants, running, history } = stage;
    const clients = clientsOf(stage);
    while (instants.cleared === undefined) {
      const held = history.operations.filter(({ process, outcome }) => process === TAKES && outcome === 'ok');
      for (const { input } of held.slice(-3)) {
        const { kind, value } = input as unknown as IdentifierKey;
        await clients.call(TAKES, validate(TAKES, { kind, value }));
      }
      const [taken] = held;
      if ((await shortCodes(running)).left === 0 && taken !== undefined) {
        await clients.call(ASKS, assign(ASKS, { kind: 'SHORT_CODE' }), { tags: { none: 'left' } });
        const { kind, value } = taken.input as unknown as IdentifierKey;
        await clients.call(ASKS, assign(ASKS, { kind, value }), { tags: { none: 'taken' } });
      }
      await running.clock.sleep(ASK_EVERY_MS);
    }
  },
};

/** The monthly report is made once the alert has fired. */
export const reportIsMade: Activity = {
  title: 'the capacity report is made',
  during: 'fault',
  run: async ({ instants, running }) => {
    while ((instants.threshold ?? instants.cleared) === undefined) await running.clock.sleep(500);
    await running.admin.http(REPORT, { method: 'POST', path: '/v1/jobs/capacity-report:run' });
  },
};

export const reportEnds: Probe = polled('a capacity report has been made', 1000, async ({ running }) => {
  const [row] = await running.admin.sql(
    'postgres',
    `select count(*)::int as runs from numbering.job_runs
      where job = 'capacity-report' and ended_at >= now() - interval '2 seconds'`,
  );
  return { holds: Number(row?.['runs']) > 0, seen: `${String(row?.['runs'])} runs in 2 s` };
});

/** Tenants ask again when the new allocation is there. */
export const tenantsAskAgain: Activity = {
  title: 'tenants ask for short codes again',
  during: 'cleared',
  run: async (stage) => {
    while (stage.instants.recovered === undefined) {
      await clientsOf(stage).call(ASKS, assign(ASKS, { kind: 'SHORT_CODE' }), { tags: { again: true } });
      await stage.running.clock.sleep(ASK_EVERY_MS);
    }
  },
};

/** 404 with the advice when nothing is left, 409 when a named code is taken. */
export const rejectedAtOnce: Probe = operations('assign')
  .where('of what is not there', ({ input }) => input['none'] !== undefined)
  .each(
    'an assignment that finds nothing is rejected, and says whom to contact',
    ({ input, outcome, error, result }) => {
      if (outcome === 'info') return undefined;
      if (input['none'] === 'taken') return error === 'CONFLICT' && result?.['status'] === 409;
      return (
        error === 'NOT_AVAILABLE' &&
        result?.['status'] === 404 &&
        /Contact commerce operations/.test(String(result['detail']))
      );
    },
  );

export const codesStayValid: Probe = operations('validate')
  .where(`of ${TAKES}`, ({ process }) => process === TAKES)
  .resultIs('valid', true);

export const poolInReport: Probe = polled(
  'the capacity report has the pool and when it is used up',
  1000,
  async ({ running }) => {
    const { status, body } = await running.admin.http('numbering-service', {
      method: 'GET',
      path: '/v1/admin/numbering/reports/capacity',
    });
    const { pools = [] } = body as {
      pools?: readonly { kind: string; availableRatio: number; exhaustedAt?: string }[];
    };
    const pool = pools.find(({ kind }) => kind === 'SHORT_CODE');
    const holds = status === 200 && pool !== undefined && pool.availableRatio < 0.1 && pool.exhaustedAt !== undefined;
    return {
      holds,
      seen:
        pool === undefined
          ? `HTTP ${status}`
          : `${pool.availableRatio * 100} % left, used up at ${pool.exhaustedAt ?? 'no time'}`,
    };
  },
);

export const assignedAgain: Probe = operations('assign')
  .where('after the new allocation', ({ input }) => input['again'] === true)
  .allSucceed();

/** Every lease of a code that a tenant was given stands. */
export const noneWithdrawn: Probe = polled('no lease of a short code is withdrawn', 5000, async ({ running }) => {
  const [row] = await running.admin.sql(
    'postgres',
    `select count(*)::int as given, count(*) filter (where l.status is distinct from 'ACTIVE')::int as gone
       from numbering.audit a left join numbering.leases l on l.id::text = a.detail ->> 'leaseId'
      where a.action = 'assigned' and a.subject like 'SHORT_CODE:%'`,
  );
  return { holds: row?.['gone'] === 0, seen: `${String(row?.['gone'])} of ${String(row?.['given'])} gone` };
});

/** Numbers of other kinds are reserved and leased as before. */
export const otherKindsUnaffected: Probe = operations('reserve')
  .where('of other kinds', ({ input }) => input['kind'] !== 'SHORT_CODE')
  .allSucceed();

/** Metrics are looked at once in so long, so an instant at which one passed its limit is known to within this. */
const EVALUATION_MS = 2000;

/** At exactly the limit the alert is silent: it fires below it only. */
export const silentAtTheLimit: Probe = {
  title: `${ALERT} is silent until less than the limit is left`,
  observe: async ({ alerts, instants: { injected = 0, threshold = Infinity } }) => {
    const early = alerts.filter(
      ({ alert, state, at }) => alert === ALERT && state === 'firing' && at < threshold - EVALUATION_MS,
    );
    return early.length === 0
      ? [{ at: injected, holds: true, seen: 'silent' }]
      : early.map(({ at }) => ({ at, holds: false, seen: `fired at ${at} ms` }));
  },
  plant: (evidence: Evidence) => ({
    ...evidence,
    alerts: [
      ...evidence.alerts,
      { alert: ALERT, state: 'firing', at: evidence.instants.steady ?? 0, labels: {}, annotations: {} },
    ],
  }),
};
