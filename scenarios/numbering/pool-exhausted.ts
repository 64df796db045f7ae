/** NUM-01, run C: many times the usual calls, and what keeps them succeeding. */
import { both, loadBurst, metric, polled } from 'faultline';
import type { Activity, Ms, PlannableFault, Probe, Stage } from 'faultline';
import { releaseReservation, reserve, validate } from '../../models/numbering/clients/call.ts';
import type { Call, IdentifierKey } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { spareNumbers } from '../../models/numbering/numbers.ts';
import { eachOperation } from './probes.ts';

/** What the model's load makes a second, as long as a row does not say otherwise (models/numbering/load/options.ts). */
const USUAL = { validations: 5, reservations: 1 } as const;
const SECOND: Ms = 1000;
/** So many that no tenant comes near its rate limit. */
const TENANTS = 100;
/** In use at a time: each is given back at once, and asked for again half a minute later. */
const NUMBERS = 400;
const TTL_MS: Ms = 60_000;
/** Nobody has a lease of these, and nobody has asked for them: no cache answers. */
const COLD_PREFIX = '+93798';

/** The pods that the autoscaler may start. */
export const SURGE = 'numbering-service-surge';
const SERVICE = 'numbering-service';

/** A second's worth of `factor` times the usual calls comes at one instant, each second. */
export function poolDriven(factor: number): PlannableFault {
  const numbers: IdentifierKey[] = [];
  let calls = 0;
  return loadBurst('numbering-service -> pgbouncer', {
    title: `make ${factor} times the usual calls, each second's at once`,
    everyMs: SECOND,
    exhausted: 'sum(increase(pgbouncer_stats_client_wait_seconds_total[10s]))',
    arrive: async (stage) => {
      if (numbers.length === 0) numbers.push(...(await spareNumbers(stage.running, NUMBERS)));
      const pods = await podsOf(stage);
      const under: Promise<void>[] = [];
      const later = (work: (call: MakeCall) => Promise<void>): void => {
        const nth = (calls += 1);
        under.push(
          work(callOf(stage, `tenant-burst-${nth % TENANTS}`, pods[nth % pods.length] ?? { service: SERVICE })),
        );
      };
      for (let i = 0; i < factor * USUAL.validations; i += 1) {
        const value = `${COLD_PREFIX}${String(calls).padStart(6, '0')}`;
        later(async (call) => void (await call((tenantId) => validate(tenantId, { kind: 'MSISDN', value }))));
      }
      for (const number of numbers.splice(0, factor * USUAL.reservations)) {
        later(async (call) => {
          const made = await call((tenantId) => reserve(tenantId, number, TTL_MS));
          if (made.outcome === 'ok')
            await call((tenantId) => releaseReservation(tenantId, String(made.result['reservationId'])));
          numbers.push(number);
        });
      }
      await Promise.all(under);
    },
  });
}

interface Pod {
  readonly service: string;
  readonly instance?: number;
}

type MakeCall = (make: (tenantId: string) => Call) => ReturnType<ReturnType<typeof clientsOf>['call']>;

function callOf(stage: Stage, tenantId: string, pod: Pod): MakeCall {
  return (make) => clientsOf(stage).call(tenantId, make(tenantId), { ...pod, tags: { burst: true } });
}

/** Where calls go, as a load balancer chooses: every pod that is ready. */
async function podsOf({ running }: Stage): Promise<readonly Pod[]> {
  const pods: Pod[] = [{ service: SERVICE }, { service: SERVICE }];
  for (const [instance, name] of running.component(SURGE).instances.entries()) {
    const component = running.component(name);
    if (component.state() === 'running' && (await component.healthy())) pods.push({ service: SURGE, instance });
  }
  return pods;
}

/** The autoscaler's further pods do not run at the usual load. */
export const fewPods: Activity = {
  title: 'the pods for hours of much traffic do not run',
  during: 'start',
  run: async ({ running }) => running.component(SURGE).terminate(),
};

const WITHIN = (limitMs: Ms): Probe =>
  eachOperation(`every call is answered within ${limitMs / SECOND} s and succeeds`, (operation) => {
    const { completedAt, invokedAt, outcome } = operation;
    return completedAt === undefined ? undefined : outcome === 'ok' && completedAt - invokedAt <= limitMs;
  });

/** The autoscaler has started at least one more. */
export const morePods: Probe = polled('more pods run', 1000, async ({ running }) => {
  const started = running.component(SURGE).instances.filter((name) => running.component(name).state() === 'running');
  return { holds: started.length > 0, seen: `${started.length} more pods` };
});

/** What the pooler itself says about waiting, and what callers met. */
export function nobodyWaitsLonger(limitMs: Ms): Probe {
  const waits = metric('longest wait for a connection', 'max(pgbouncer_pools_client_maxwait_seconds)', {
    unit: 'ms',
    scale: 1000,
  });
  return both(waits.atMost(limitMs), WITHIN(limitMs));
}
