/** NUM-11: the contract of one operator runs out, and what tenants meet meanwhile. */
import { STEP_CLOCKS, expired, operations, polled } from 'faultline';
import type {
  Activity,
  AlertChange,
  Evidence,
  Ms,
  Observation,
  OperatorStep,
  PlannableFault,
  Probe,
  Stage,
} from 'faultline';
import { blockNumber } from '../../models/numbering/administration/blocks.ts';
import { contractLeft, fileSignedTerm } from '../../models/numbering/administration/terms.ts';
import { acknowledgeExpiry } from '../../models/numbering/clients/admin-call.ts';
import { assign, validate } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';

export const OPERATORS = ['Roshan', 'Etisalat-AF', 'MTN-AF', 'AWCC', 'Salaam'] as const;
export type Operator = (typeof OPERATORS)[number];

export const CHECK = 'numbering-jobs-contracts';
const ALERT = 'NumberingContractExpiring';
/** One world, one time. Redis counts down by itself; what it holds carries the service's own times. */
const CLOCKS = ['numbering-service', 'numbering-jobs', 'postgres'] as const;

const DAY_MS: Ms = 86_400_000;
/** The term filed before the clocks move: it ends in the days that the fault lets pass. */
const SHORT_TERM_MS: Ms = 90 * DAY_MS;
const RENEWAL_MS: Ms = 2 * 365 * DAY_MS;
/** Five evaluations of the rules: an alert that is to stay silent has had its chance. */
const SILENCE_MS: Ms = 10_000;
/** The row's own limit: for the daily check to come, and for its alert after it. */
const LIMIT_MS: Ms = 60_000;
const ASK_EVERY_MS: Ms = 2000;

/** The contract of the operator has so many days left, one step after another; renewed by the operator's signed new term. */
export function contractRunsOut(operator: Operator, stepsInDays: readonly number[]): PlannableFault {
  return expired({
    title: `let the contract of ${operator} run out: ${stepsInDays.join(', ')} days left`,
    target: `contract of ${operator}`,
    clocks: CLOCKS,
    steps: stepsInDays.map((days) => days * DAY_MS),
    prepare: (stage) => fileSignedTerm(stage, operator, SHORT_TERM_MS),
    left: (running) => contractLeft(running, operator),
    at: async (stage, left) => {
      const { clock } = stage.running;
      const begun = clock.now();
      await until(stage, begun + LIMIT_MS, () => checkedSince(stage, clock.now() - begun));
      const step = STEPS.find(({ days }) => days * DAY_MS === left)?.step;
      if (step === undefined) await clock.sleep(SILENCE_MS);
      else await until(stage, clock.now() + LIMIT_MS, async () => firing(stage.running.alerts(), operator, step));
      // So that clients have met the step as well.
      await clock.sleep(2 * ASK_EVERY_MS);
    },
    renew: (stage) => fileSignedTerm(stage, operator, RENEWAL_MS),
  });
}

/** The steps at which the row wants an alert, by its label. */
const STEPS = [
  { days: 60, step: '60d' },
  { days: 30, step: '30d' },
  { days: 7, step: '7d' },
] as const;

/** A daily check has ended within the last `ms`, by the database's clock and the record of runs. */
async function checkedSince({ running }: Stage, ms: Ms): Promise<boolean> {
  const [row] = await running.admin.sql(
    'postgres',
    `select count(*)::int as runs from numbering.job_runs
      where job = 'contract-check' and ended_at >= now() - $1::float8 * interval '1 millisecond'`,
    [ms],
  );
  return Number(row?.['runs']) > 0;
}

async function until({ running }: Stage, deadline: Ms, done: () => Promise<boolean>): Promise<void> {
  while (!(await done()) && running.clock.now() < deadline) await running.clock.sleep(500);
}

function firing(alerts: readonly AlertChange[], operator: string, step: string): boolean {
  const last = alerts.findLast(
    ({ alert, labels }) => alert === ALERT && labels['operator'] === operator && labels['step'] === step,
  );
  return last?.state === 'firing';
}

/** A run of the daily check ended just now; while the fault lasts, one that found a contract within its 60 days. */
export const dailyCheckEnds: Probe = polled('a daily check has ended', 1000, async (stage) => {
  const [row] = await stage.running.admin.sql(
    'postgres',
    `select count(*)::int as runs from numbering.job_runs where job = 'contract-check' and ended_at >= now() - interval '2 seconds'
       and ($1 or (detail ->> 'expiring')::int > 0)`,
    [stage.instants.cleared !== undefined],
  );
  return { holds: Number(row?.['runs']) > 0, seen: `${String(row?.['runs'])} runs in 2 s` };
});

/** Nothing is asked of the check while a contract has more than 60 days: it may run when it likes. */
export const runTheCheck: Activity = {
  title: 'the daily check runs',
  during: 'cleared',
  run: async ({ running }) => {
    await running.clock.sleep(3000);
    await running.admin.http(CHECK, { method: 'POST', path: '/v1/jobs/contract-check:run' });
  },
};

const ASKS = 'tenant-asks-in-block';
const ASKS_ELSEWHERE = 'tenant-asks-in-other-blocks';
const HOLDS = 'tenant-holds-in-block';

/** Leases from before the term that will end: their own ends are later, and stand. */
export function leasedBefore(operator: Operator): Activity {
  return {
    title: "a tenant leases numbers of the operator's block",
    during: 'steady',
    run: async (stage) => {
      for (let i = 0; i < 2; i += 1) await lease(stage, operator, 'before');
    },
  };
}

async function lease(stage: Stage, operator: Operator, term: 'before' | 'during'): Promise<void> {
  const number = await blockNumber(stage.running, operator);
  await clientsOf(stage).call(HOLDS, assign(HOLDS, number), { tags: { operator, term } });
}

/** Tenants lease numbers of the block and of other blocks, and validate what they hold of it, for as long as the fault lasts. */
export function tenantsOfBlock(operator: Operator): Activity {
  return {
    title: "tenants ask for numbers of the operator's block and of others",
    during: 'fault',
    run: async (stage) => {
      const { instants, running } = stage;
      const others = OPERATORS.filter((other) => other !== operator);
      for (let i = 0; i < 2; i += 1) await lease(stage, operator, 'during');
      for (let turn = 0; instants.cleared === undefined; turn += 1) {
        // Told anew for each call: on a real machine they take their time.
        const over = (): boolean | undefined => isOver(stage.history.operations);
        await ask(stage, ASKS, operator, { over: over() });
        await ask(stage, ASKS_ELSEWHERE, others[turn % others.length] ?? operator, {});
        for (const held of stage.history.operations.filter(
          ({ process, name, outcome }) => process === HOLDS && name === 'assign' && outcome === 'ok',
        )) {
          const { kind, value } = held.input as unknown as Parameters<typeof validate>[1];
          const tags = { term: held.input['term'], over: over() };
          await clientsOf(stage).call(HOLDS, validate(HOLDS, { kind, value }), { tags });
        }
        await running.clock.sleep(ASK_EVERY_MS);
      }
    },
  };
}

/** Tenants ask again when the new term has been filed. */
export function tenantsAskAgain(operator: Operator): Activity {
  return {
    title: "tenants ask for numbers of the operator's block again",
    during: 'cleared',
    run: async (stage) => {
      while (stage.instants.recovered === undefined) {
        await ask(stage, ASKS, operator, { again: true });
        await stage.running.clock.sleep(ASK_EVERY_MS);
      }
    },
  };
}

async function ask(
  stage: Stage,
  tenant: string,
  operator: Operator,
  tags: Readonly<Record<string, unknown>>,
): Promise<void> {
  const number = await blockNumber(stage.running, operator);
  await clientsOf(stage).call(tenant, assign(tenant, number), { tags: { operator, ...tags } });
}

/**
 * Whether the end of the contract has been reached, by the history's steps of the clocks. Undefined while they are being set:
 * on a real machine one after the other.
 */
function isOver(operations: Evidence['operations']): boolean | undefined {
  const last = operations.find(({ name, input }) => name === STEP_CLOCKS && input['leftMs'] === 0);
  if (last === undefined) return false;
  return last.completedAt === undefined ? undefined : true;
}

/** Commerce operations acknowledge the alert at 60 days. */
export function acknowledges(operator: Operator): OperatorStep {
  return {
    title: 'commerce operations acknowledge the alert at 60 days',
    run: async (stage) => {
      const { outcome } = await clientsOf(stage).call(
        'commerce-operations',
        acknowledgeExpiry('commerce-operations', operator, 60),
      );
      if (outcome !== 'ok') throw new Error('the acknowledgement was refused');
    },
  };
}

const asked = operations('assign').where(`of ${ASKS}`, ({ process }) => process === ASKS);
const REFUSED = 'CONTRACT_EXPIRED';

export const rejectedAfterTheEnd: Probe = asked
  .where('after the end', ({ input }) => input['over'] === true)
  .answeredWith(REFUSED);

export const rejectedOnlyAfterTheEnd: Probe = asked
  .where('before the end', ({ input }) => input['over'] === false)
  .allSucceed();

export const openAgain: Probe = asked.where('after the new term', ({ input }) => input['again'] === true).allSucceed();

export const otherBlocksUnaffected: Probe = operations('assign')
  .where(`of ${ASKS_ELSEWHERE}`, ({ process }) => process === ASKS_ELSEWHERE)
  .allSucceed();

/** A lease is valid until its own end: that of the term it was made under, for one made under the short term. */
export const leasesHonoured: Probe = operations('validate')
  .where(`of ${HOLDS}`, ({ process }) => process === HOLDS)
  .each('leases are valid until their validUntil, and no longer', ({ input, outcome, result }) => {
    if (outcome === 'info' || (input['term'] !== 'before' && input['over'] === undefined)) return undefined;
    const valid = input['term'] === 'before' || input['over'] !== true;
    return outcome === 'ok' && result?.['valid'] === valid;
  });

/** What the rows say of the leases in blocks: each ends when its tenant was told that it would. */
export const leasesAsGiven: Probe = polled(
  'no lease of a block is cut short or extended',
  5000,
  async ({ running }) => {
    const [row] = await running.admin.sql(
      'postgres',
      `select count(*)::int as leases, count(*) filter (where l.status <> 'ACTIVE'
         or l.valid_until <> (a.detail ->> 'validUntil')::timestamptz)::int as changed
       from numbering.leases l
       join numbering.identifiers i on i.kind = l.kind and i.value = l.value and i.block_id is not null
       join numbering.audit a on a.action = 'assigned' and a.detail ->> 'leaseId' = l.id::text`,
    );
    return { holds: row?.['changed'] === 0, seen: `${String(row?.['changed'])} of ${String(row?.['leases'])} changed` };
  },
);

/** One alert for each step, of this operator alone, within the limit after the clock was set; none before the first. */
export const oneAlertEachStep: Probe = {
  title: 'each step has its alert, about this operator alone, and none comes before',
  observe: async (evidence) => stepLooks(evidence, operatorOf(evidence.operations)),
  plant: (evidence) => ({
    ...evidence,
    alerts: [
      ...evidence.alerts,
      {
        alert: ALERT,
        state: 'firing',
        at: evidence.instants.injected ?? 0,
        labels: { operator: 'planted', step: '60d' },
        annotations: {},
      },
    ],
  }),
};

/** The operator whose contract the run is about: the first that filed a term. */
function operatorOf(operations: Evidence['operations']): string | undefined {
  return operations.find(({ name }) => name === 'file-term')?.process;
}

function stepLooks(
  { alerts, operations: all, instants }: Evidence,
  operator: string | undefined,
): readonly Observation[] {
  const { injected = 0, cleared = Infinity } = instants;
  const fired = alerts.filter(({ alert, state }) => alert === ALERT && state === 'firing');
  const steps = all.filter(({ name }) => name === STEP_CLOCKS);
  const begun = (days: number): Ms | undefined =>
    steps.find(({ input }) => input['leftMs'] === days * DAY_MS)?.invokedAt;
  const wanted = STEPS.flatMap(({ days, step }): Observation[] => {
    const at = begun(days);
    if (at === undefined) return [];
    const first = fired.find(({ labels }) => labels['step'] === step)?.at;
    const late = first === undefined || first < at || first > at + 2 * LIMIT_MS;
    const seen =
      first === undefined ? `no alert at ${days} days` : `${days} days after ${((first - at) / 1000).toFixed(1)} s`;
    return [{ at: first ?? at + 2 * LIMIT_MS, holds: !late, seen }];
  });
  const strangers = fired
    .filter(({ labels, at }) => labels['operator'] !== operator || at < injected || at > cleared)
    .map(({ at, labels }): Observation => ({ at, holds: false, seen: `an alert about ${String(labels['operator'])}` }));
  return [...wanted, ...strangers];
}

/** The gate is passed: the alert at 60 days was acknowledged before the end. */
export const gatePassed: Probe = polled(
  'the readiness gate shows the acknowledgement',
  1000,
  async ({ history, running }) => {
    const { status, body } = await running.admin.http('numbering-service', {
      method: 'GET',
      path: '/v1/admin/numbering/readiness',
    });
    const gates = (body as { gates?: readonly { subject: string; passed: boolean; detail: string }[] }).gates ?? [];
    const gate = gates.find(({ subject }) => subject === operatorOf(history.operations));
    return { holds: status === 200 && gate?.passed === true, seen: gate?.detail ?? `no gate (HTTP ${status})` };
  },
);
