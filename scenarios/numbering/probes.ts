/** Probes that rows of numbering share. */
import { metric, percentile, polled } from 'faultline';
import type { Evidence, Ms, Observation, Operation, Probe, Stage } from 'faultline';

const POLL_MS: Ms = 1000;

/** The share of validations that Redis answers, in the worse instance. */
export const cacheHitRatio = metric('cache hit ratio', 'min(numbering_redis_cache_hit_ratio)');

/** Duration of ValidateLease inside the service. */
export const validateP95 = percentile({
  title: 'validate P95',
  quantile: 0.95,
  histogram: 'numbering_validate_lease_duration_seconds',
});

/** Every validation says that the holder of the lease may send. */
export const validationsSucceed: Probe = eachOperation(
  'every validation is answered, and finds the lease valid',
  ({ name, outcome, result }) =>
    name !== 'validate' || outcome === 'info' ? undefined : outcome === 'ok' && result?.['valid'] === true,
);

/**
 * No expired reservation waits longer than `limitMs` for its release: the oldest one, by PostgreSQL's rows and clock. The
 * service's own lag metric is what the alerts use; this does not depend on it.
 */
export function releasedWithin(limitMs: Ms): Probe {
  return polled(`expired reservations are released within ${limitMs / 1000} s`, POLL_MS, async ({ running }) => {
    const [row] = await running.admin.sql(
      'postgres',
      `select coalesce(extract(epoch from now() - min(expires_at)), 0)::float8 as age, count(*)::int as waiting
           from numbering.reservations where status = 'ACTIVE' and expires_at <= now()`,
    );
    const seconds = Number(row?.['age']);
    return {
      holds: seconds * 1000 <= limitMs,
      seen: `${Number(row?.['waiting'])} wait, the oldest for ${seconds.toFixed(1)} s`,
    };
  });
}

/** No identifier is in two living reservations or leases, by the rows. */
export const oneHolder: Probe = polled('no identifier has two holders', POLL_MS, async ({ running }) => {
  const [row] = await running.admin.sql(
    'postgres',
    `select (select count(*) from numbering.leases where status = 'ACTIVE')::int as leases,
       (select count(*) from (
         select kind, value from (
           select kind, value from numbering.reservations where status = 'ACTIVE'
           union all select kind, value from numbering.leases where status = 'ACTIVE') as held
         group by kind, value having count(*) > 1) as doubled)::int as doubled`,
  );
  const doubled = Number(row?.['doubled']);
  return { holds: doubled === 0, seen: `${doubled} with two holders, ${Number(row?.['leases'])} leases` };
});

/** No caller is told `code`, whether it made a read or a write. */
export function nobodyIsTold(code: string): Probe {
  return {
    ...eachOperation(`nobody is told ${code}`, ({ completedAt, error }) =>
      completedAt === undefined ? undefined : error !== code,
    ),
    plant: (evidence) => withOperation(evidence, { name: 'validate', outcome: 'fail', error: code }),
  };
}

/** Looks at operations of any name; undefined: it says nothing. */
export function eachOperation(title: string, holds: (operation: Operation) => boolean | undefined): Probe {
  return {
    title,
    observe: async ({ operations }, _running, from, to) =>
      operations.flatMap((operation): Observation[] => {
        if (operation.invokedAt < from || operation.invokedAt > to) return [];
        const verdict = holds(operation);
        if (verdict === undefined) return [];
        const { name, outcome, error } = operation;
        return [{ at: operation.invokedAt, holds: verdict, seen: `${name} ${error ?? outcome}` }];
      }),
  };
}

/** The evidence with one more operation, at the injection. */
export function withOperation(evidence: Evidence, planted: Partial<Operation>): Evidence {
  const at = evidence.instants.injected ?? 0;
  const operation: Operation = {
    id: -1,
    process: 'planted',
    name: 'planted',
    input: {},
    invokedAt: at,
    completedAt: at,
    outcome: 'ok',
    ...planted,
  };
  return { ...evidence, operations: [...evidence.operations, operation] };
}

/** The wait between two operations of an activity: pacing, not waiting for something. */
export function pace({ running }: Stage, duration: Ms): Promise<void> {
  return running.clock.sleep(duration);
}
