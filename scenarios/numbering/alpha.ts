/** NUM-06: tenants that lease identifiers of every kind, and what becomes of the alphanumeric ones. */
import { percentile } from 'faultline';
import type { Activity, Evidence, Ms, Observation, Operation, Probe, Stage } from 'faultline';
import { assign } from '../../models/numbering/clients/call.ts';
import type { IdentifierKey } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { primarySql } from '../../models/numbering/primary.ts';
import { goesOn } from './until-recovered.ts';

const TENANTS = 10;
/** More than the run can lease. */
const STOCK = 2500;
const UNAVAILABLE = 'ALPHA_VERIFY_UNAVAILABLE';
/** What both protocols say for it. */
const HTTP_STATUS = 422;
const GRPC_FAILED_PRECONDITION = 9;

/** Identifiers of this row, which other rows do not carry, and the registry's word that each tenant has a right to its own. */
const INVENTORY = `
  insert into numbering.identifiers (kind, value)
    select 'ALPHA', 'SENDER' || lpad(n::text, 5, '0') from generate_series(1, ${STOCK}) as n order by n;
  insert into numbering.identifiers (kind, value)
    select 'MSISDN', '+93703' || lpad(n::text, 6, '0') from generate_series(1, ${STOCK}) as n order by n;
  insert into numbering.identifiers (kind, value)
    select 'SHORT_CODE', (10000 + n)::text from generate_series(1, ${STOCK}) as n order by n;
  insert into sender_registry.verified (tenant_id, sender_id)
    select 'tenant-alpha-' || (1 + n % ${TENANTS}), 'SENDER' || lpad(n::text, 5, '0') from generate_series(1, ${STOCK}) as n
    order by n`;

/** Between two leases of a kind. A percentile needs 20 verifications in 10 s. */
const EVERY_MS: Readonly<Record<IdentifierKey['kind'], Ms>> = { ALPHA: 350, MSISDN: 700, SHORT_CODE: 700 };

/** Tenants lease identifiers of each kind until the run has recovered; what was refused they ask for again, first come first served. */
export const leasesOfEveryKind: Activity = {
  title: 'tenants lease identifiers of every kind',
  during: 'start',
  run: async (stage) => {
    await primarySql(stage.running, INVENTORY);
    await Promise.all([
      leases(stage, 'ALPHA', (n) => `SENDER${String(n).padStart(5, '0')}`),
      leases(stage, 'MSISDN', (n) => `+93703${String(n).padStart(6, '0')}`),
      leases(stage, 'SHORT_CODE', (n) => String(10_000 + n)),
    ]);
  },
};

/** The registry's hint is 5 s. */
const RETRY_MS: Ms = 5000;

async function leases(stage: Stage, kind: IdentifierKey['kind'], name: (n: number) => string): Promise<void> {
  const { running } = stage;
  const clients = clientsOf(stage);
  const refused: { readonly n: number; readonly due: Ms; readonly retry: number }[] = [];
  const random = stage.random(`numbering.leases-of-${kind}`);
  const lease = async (n: number, retry: number): Promise<void> => {
    const tenantId = `tenant-alpha-${1 + (n % TENANTS)}`;
    const via = random() < 0.5 ? 'http' : 'grpc';
    const answer = await clients.call(tenantId, assign(tenantId, { kind, value: name(n) }), { via, tags: { retry } });
    if (answer.outcome === 'fail') refused.push({ n, due: running.clock.now() + RETRY_MS, retry: retry + 1 });
  };
  for (let next = 1; next <= STOCK && goesOn(stage.instants);) {
    await running.clock.sleep(EVERY_MS[kind] * (0.75 + 0.5 * random()));
    const again = refused[0] !== undefined && refused[0].due <= running.clock.now() ? refused.shift() : undefined;
    void lease(again?.n ?? next++, again?.retry ?? 0);
  }
}

const isAssign = (kinds: readonly string[]) => (operation: Operation) =>
  operation.name === 'assign' && kinds.includes(String(operation.input['kind']));

export const isAlpha = isAssign(['ALPHA']);
export const isOtherKind = isAssign(['MSISDN', 'SHORT_CODE']);

/** Assignments of every kind, the load's own included, succeed. */
export const assignmentsSucceed: Probe = each(
  'assignments succeed',
  ({ name }) => name === 'assign',
  ({ outcome }) => (outcome === 'info' ? undefined : outcome === 'ok'),
);

/** As numbering-service measures it. */
export const isVerifiedP95 = percentile({
  title: 'IsVerified P95',
  service: 'numbering-service',
  quantile: 0.95,
  histogram: 'numbering_alpha_verify_duration_seconds',
});

/**
 * Each alpha assignment is refused within `limitMs`, with a retry hint, on both protocols the same. One that was answered
 * after the fault had been lifted may have succeeded; it must not have taken longer.
 */
export function alphaRefusedWithin(limitMs: Ms): Probe {
  const title = `alpha assignments are refused with ${UNAVAILABLE} in under ${limitMs / 1000} s`;
  return {
    title,
    observe: async (evidence, running, from, to) =>
      chosen(evidence, isAlpha, from, to).map(({ invokedAt, completedAt, error, outcome, input, result }) => {
        const took = (completedAt ?? running.clock.now()) - invokedAt;
        const lifted = (completedAt ?? 0) > (evidence.instants.cleared ?? Infinity);
        const status =
          input['via'] === 'http'
            ? result?.['status'] === HTTP_STATUS
            : result?.['grpcStatus'] === GRPC_FAILED_PRECONDITION;
        const refused = error === UNAVAILABLE && status && Number(result?.['retryAfterMs']) > 0;
        return {
          at: invokedAt,
          holds: took < limitMs && (refused || lifted),
          seen: `${String(input['via'])} ${error ?? outcome} after ${(took / 1000).toFixed(2)} s`,
        };
      }),
  };
}

/** What was refused is asked for again, and the tenant gets it. */
export const retriesSucceed: Probe = each(
  'the retry of a refused alpha assignment succeeds',
  (operation) => isAlpha(operation) && Number(operation.input['retry']) > 0,
  ({ outcome }) => (outcome === 'info' ? undefined : outcome === 'ok'),
);

/** Nobody who asks for a number or a short code is refused. */
export const othersNotRefused: Probe = each(
  'no MSISDN or short-code assignment is refused',
  isOtherKind,
  ({ outcome }) => outcome !== 'fail',
);

function each(
  title: string,
  matches: (operation: Operation) => boolean,
  holds: (operation: Operation) => boolean | undefined,
): Probe {
  return {
    title,
    observe: async (evidence, _running, from, to) =>
      chosen(evidence, matches, from, to).flatMap((operation): Observation[] => {
        const verdict = holds(operation);
        const { invokedAt: at, input, error, outcome } = operation;
        return verdict === undefined
          ? []
          : [{ at, holds: verdict, seen: `${String(input['kind'])} ${error ?? outcome}` }];
      }),
    plant: (evidence) => {
      const model = evidence.operations.findLast(matches);
      if (model === undefined) return evidence;
      const refused: Operation = { ...model, id: -1, outcome: 'fail', error: 'PLANTED' };
      return { ...evidence, operations: [...evidence.operations, refused] };
    },
  };
}

function chosen(
  { operations }: Evidence,
  matches: (operation: Operation) => boolean,
  from: Ms,
  to: Ms,
): readonly Operation[] {
  return operations.filter(
    (operation) => operation.invokedAt >= from && operation.invokedAt < to && matches(operation),
  );
}
