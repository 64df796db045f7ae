/** Probes that rows of numbering share. */
import { metric, percentile, polled } from 'faultline';
import type { Evidence, Ms, Observation, Operation, Probe } from 'faultline';

const POLL_MS: Ms = 1000;

/** The share of validations that Redis answers, in the worse instance. */
export const cacheHitRatio = metric('cache hit ratio', 'min(numbering_redis_cache_hit_ratio)');

/** Duration of ValidateLease inside the service. */
export const validateP95 = percentile({
  title: 'validate P95',
  service: 'numbering-service',
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
export const oneHolder: Probe = polled('no identifier has two holders', 5 * POLL_MS, async ({ running }) => {
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

/** Nobody who asks for a number whose reservation is over (`asksUntilFree`) is told that it is reserved for longer than `limitMs`. */
export function stillReservedAtMost(limitMs: Ms): Probe {
  const title = `nobody finds a number still reserved ${limitMs / 1000} s after its time`;
  return {
    ...eachOperation(title, ({ error, input }) =>
      input['overdueMs'] === undefined ? undefined : error !== 'CONFLICT' || Number(input['overdueMs']) <= limitMs,
    ),
    plant: (evidence) =>
      withOperation(evidence, { outcome: 'fail', error: 'CONFLICT', input: { overdueMs: limitMs + 1 } }),
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

/** Age of the oldest expired and unreleased reservation, as the service exports it, P95 over the alert's own window. */
export const cleanupLagP95 = metric(
  'cleanup lag P95',
  'max(quantile_over_time(0.95, numbering_reservation_cleanup_lag_seconds[1m]))',
  { unit: 'ms', scale: 1000 },
);

/** What changes within this is not compared: a key is written just after its row, and ends with it. */
const SETTLING = '1 second';

/** Each living reservation has its key in Redis, and each key its living reservation. */
export const keysAndRowsAgree: Probe = polled('keys and rows agree', 5 * POLL_MS, async ({ running }) => {
  const keys = new Set(((await running.admin.redis('redis', 'KEYS', `${RESERVATION_KEY}*`)) as unknown[]).map(String));
  const rows = await running.admin.sql(
    'postgres',
    `select '${RESERVATION_KEY}' || id as key, status = 'ACTIVE' and expires_at > now() as living,
       created_at < now() - interval '${SETTLING}' and abs(extract(epoch from expires_at - now())) > 1
         and coalesce(ended_at < now() - interval '${SETTLING}', true) as settled
     from numbering.reservations where expires_at > now() - interval '10 minutes'`,
  );
  const differ = rows.filter(({ key, living, settled }) => settled === true && keys.has(String(key)) !== living);
  return { holds: differ.length === 0, seen: `${differ.length} of ${rows.length} differ` };
});

/** The key that mirrors a reservation, without its id. */
const RESERVATION_KEY = 'num:res:';

/** No mirror key is there after its reservation's time, whether the reservation was released or not. */
export const keysExpire: Probe = polled('no key in Redis outlives its time', POLL_MS, async ({ running }) => {
  const over = await running.admin.sql(
    'postgres',
    `select '${RESERVATION_KEY}' || id as key from numbering.reservations
      where expires_at between now() - interval '5 minutes' and now() - interval '${SETTLING}' order by id`,
  );
  if (over.length === 0) return undefined;
  const there = Number(await running.admin.redis('redis', 'EXISTS', ...over.map(({ key }) => String(key))));
  return { holds: there === 0, seen: `${there} of ${over.length} keys are still there` };
});

/** The job answers its health question: it was restarted, or goes on. */
export function jobRuns(component: string): Probe {
  return polled(`${component} runs`, POLL_MS, async ({ running }) => {
    const job = running.component(component);
    const holds = job.state() === 'running' && (await job.healthy());
    return { holds, seen: `${component} is ${job.state()}` };
  });
}
