/** NUM-01, runs A and B: no PostgreSQL takes writes. */
import { alertSilent, both, metric, polled } from 'faultline';
import type { Activity, Evidence, Ms, Observation, Operation, Probe, Stage } from 'faultline';
import { assign, recall, release, reserve, validate } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { spareNumbers } from '../../models/numbering/numbers.ts';
import { eachOperation, withOperation } from './probes.ts';
import { keepsAsking } from './tenant-sessions.ts';

const WRITES: readonly string[] = ['reserve', 'assign', 'release', 'recall'];
const WRITER = 'tenant-writes';
const LEASES = 12;
const TTL_MS: Ms = 60_000;
/** Nobody leases these, and no cache knows them. */
const COLD_PREFIX = '+93797';

/** Leases that the tenant of `writesOfEveryKind` gives back, or that are taken from it, later. */
export const leasesToChange: Activity = {
  title: `a tenant leases ${LEASES} numbers`,
  during: 'start',
  run: async (stage) => {
    for (const number of await spareNumbers(stage.running, LEASES))
      await clientsOf(stage).call(WRITER, assign(WRITER, number), { tags: { kept: true } });
  },
};

/** Reserve, Assign, Release and Recall, one after the other, each 4 s from the fault on. What was refused is asked for again. */
export const writesOfEveryKind: Activity = {
  title: 'a tenant makes each of the four write calls',
  during: 'fault',
  run: async (stage) => {
    const clients = clientsOf(stage);
    const leases = stage.history.operations
      .filter(({ process, input, outcome }) => process === WRITER && input['kept'] === true && outcome === 'ok')
      .map(({ result }) => String(result?.['leaseId']));
    const numbers = [...(await spareNumbers(stage.running, 2 * LEASES))];
    const one = async (
      from: unknown[],
      call: Parameters<typeof clients.call>[1],
      via: 'http' | 'grpc',
    ): Promise<void> => {
      // Whatever became of it, it is not asked for twice once somebody answered for certain.
      if ((await clients.call(WRITER, call, { via })).outcome !== 'info') from.shift();
    };
    for (let nth = 0; stage.instants.recovered === undefined; nth += 1) {
      const via = nth % 2 === 0 ? 'http' : 'grpc';
      const [number, other] = [numbers[0], numbers.at(-1)];
      const [given, taken] = [leases[0], leases.at(-1)];
      if (
        number === undefined ||
        other === undefined ||
        given === undefined ||
        taken === undefined ||
        number === other ||
        given === taken
      )
        return;
      await Promise.all([
        one(numbers, reserve(WRITER, number, TTL_MS), via),
        clients.call(WRITER, assign(WRITER, other), { via }).then(({ outcome }) => outcome !== 'info' && numbers.pop()),
        one(leases, release(WRITER, given), via),
        clients.call(WRITER, recall(WRITER, taken), { via }).then(({ outcome }) => outcome !== 'info' && leases.pop()),
      ]);
      await stage.running.clock.sleep(4000);
    }
  },
};

/** A tenant validates numbers that nobody has asked for lately: the first that no cache answers tells of the outage. */
export const coldValidations: Activity = keepsAsking(
  'a tenant validates numbers that no cache has',
  2000,
  (stage, nth) =>
    clientsOf(stage).call(
      'tenant-cold',
      validate('tenant-cold', { kind: 'MSISDN', value: `${COLD_PREFIX}${String(nth).padStart(6, '0')}` }),
    ),
);

/** Calls of every kind, in the steady state. */
export const callsSucceed: Probe = eachOperation('every call succeeds', ({ completedAt, outcome }) =>
  completedAt === undefined ? undefined : outcome === 'ok',
);

const aWrite = ({ name }: Operation): boolean => WRITES.includes(name);

export const writesRefused: Probe = eachOperation('every write call is refused with UNAVAILABLE', (operation) =>
  aWrite(operation) && operation.completedAt !== undefined ? operation.error === 'UNAVAILABLE' : undefined,
);

/** Answered by the database, with a success or for a reason of its own. */
export const writesSucceed: Probe = eachOperation('write calls succeed again', (operation) => {
  if (!aWrite(operation) || operation.completedAt === undefined) return undefined;
  return operation.outcome !== 'info';
});

/** Ends of an entry's life are not compared to the millisecond: the read takes its time, and so does the answer. */
const SETTLING_MS: Ms = 1000;

/**
 * A validation whose last known read is younger than `ageMs` is answered from the cache, an older one with UNAVAILABLE. Reads are
 * known from the answers of before.
 */
export function cachedUntil(ageMs: Ms): Probe {
  const observe = (operations: readonly Operation[], from: Ms, to: Ms): Observation[] => {
    const readAt = new Map<string, Ms>();
    return operations.flatMap((operation): Observation[] => {
      const { name, input, result, error, outcome, invokedAt, completedAt } = operation;
      if (name !== 'validate' || completedAt === undefined) return [];
      const key = String(input['value']);
      const known = readAt.get(key) ?? -Infinity;
      if (outcome === 'ok') readAt.set(key, Math.max(known, completedAt - Number(result?.['readAgeMs'])));
      const age = invokedAt - known;
      if (invokedAt < from || invokedAt > to || Math.abs(age - ageMs) < SETTLING_MS) return [];
      const holds = age < ageMs ? outcome === 'ok' && result?.['source'] === 'cache' : error === 'UNAVAILABLE';
      const old = Number.isFinite(age) ? `read ${(age / 1000).toFixed(1)} s before` : 'never read';
      return [{ at: invokedAt, holds, seen: `${error ?? String(result?.['source'])}, ${old}` }];
    });
  };
  return {
    title: `validations come from the cache until their read is ${ageMs / 1000} s old, and are UNAVAILABLE then`,
    observe: async ({ operations }, _running, from, to) => observe(operations, from, to),
  };
}

interface LastDispatch {
  /** ms of the epoch, on the orchestrator's clock. */
  readonly at: number;
  readonly readAgeMs: number | undefined;
}

/** The last message that was handed to the carriers; undefined: none yet, or NATS does not answer. */
async function lastDispatch({ running }: Stage): Promise<LastDispatch | undefined> {
  const answer = (await running.admin.nats('nats', '$JS.API.STREAM.MSG.GET.SMS', {
    last_by_subj: 'sms.dispatch.>',
  })) as {
    readonly message?: { readonly data: string };
  };
  if (answer.message === undefined) return undefined;
  const body = JSON.parse(Buffer.from(answer.message.data, 'base64').toString('utf8')) as {
    readonly dispatchedAt: string;
    readonly validation: { readonly readAgeMs: number } | null;
  };
  return { at: Date.parse(body.dispatchedAt), readAgeMs: body.validation?.readAgeMs };
}

/**
 * What is dispatched rests on a validation from the cache, and nothing is once no read can be young enough; what is not
 * dispatched stays in the stream.
 */
export function dispatchStops(ageMs: Ms): Probe {
  return polled('nothing is dispatched unvalidated, and the messages stay in NATS', 2000, async (stage) => {
    const { running, instants, history } = stage;
    const last = await lastDispatch(stage);
    if (last === undefined) return undefined;
    const { messages } = (await streamOf(stage)) as { messages: number };
    const sent = history.operations.filter(({ name, outcome }) => name === 'send' && outcome === 'ok').length;
    const ageAllowed = last.readAgeMs !== undefined && last.readAgeMs * running.clock.speed <= ageMs;
    const [clock] = await running.admin.sql(
      'postgres-mzr',
      `select floor(extract(epoch from now()) * 1000)::float8 as now`,
    );
    const since = (Number(clock?.['now']) - last.at) * running.clock.speed;
    const inFault = running.clock.now() - (instants.injected ?? running.clock.now());
    const late = inFault - since > ageMs + SETTLING_MS;
    return {
      holds: ageAllowed && !late && messages >= sent,
      seen: `last dispatched ${(since / 1000).toFixed(1)} s ago on a read ${String(last.readAgeMs)} ms old, ${messages} messages in the stream for ${sent} sent`,
    };
  });
}

/** How many messages the stream has: those that were taken are among them until it forgets them. */
async function streamOf({ running }: Stage): Promise<{ readonly messages: number }> {
  const answer = (await running.admin.nats('nats', '$JS.API.STREAM.INFO.SMS')) as {
    readonly state: { readonly messages: number };
  };
  return answer.state;
}

/** No dispatch rests on nothing, or on a read that is too old. */
export function dispatchesValidated(ageMs: Ms): Probe {
  return polled('no message is dispatched without a validation', 5000, async (stage) => {
    const last = await lastDispatch(stage).catch(() => undefined);
    if (last === undefined) return undefined;
    const { readAgeMs } = last;
    return {
      holds: readAgeMs !== undefined && readAgeMs * stage.running.clock.speed <= ageMs,
      seen: `the last one rests on ${readAgeMs === undefined ? 'nothing' : `a read ${readAgeMs} ms old`}`,
    };
  });
}

/** No answer says that it rests on an older read. */
export function noOlderValidation(ageMs: Ms): Probe {
  return {
    ...eachOperation(`no validation rests on a read older than ${ageMs / 1000} s`, ({ name, outcome, result }) =>
      name === 'validate' && outcome === 'ok' ? Number(result?.['readAgeMs']) <= ageMs : undefined,
    ),
    plant: (evidence: Evidence) => withOperation(evidence, { name: 'validate', result: { readAgeMs: ageMs + 1 } }),
  };
}

export const MZR = 'numbering-service-mzr';

/** The report of leases is read in the other region, from that region's own PostgreSQL. */
export const readsFromMzr: Probe = polled('reports are answered from region mzr', 2000, async ({ running }) => {
  const { status, body } = await running.admin.http(MZR, { method: 'GET', path: '/v1/admin/numbering/reports/leases' });
  const { source } = body as { source?: string };
  return { holds: status === 200 && source === 'replica', seen: `HTTP ${status}, read on ${String(source)}` };
});

/** Every message that waited has been handed on. */
export const heldDispatched: Probe = metric('messages held', 'sum(sms_messages_held)').atMost(0);

/** As a load balancer asks, of each pod; and the alert is over. */
export const podsReady: Probe = both(
  polled('/health/ready is 200 on all pods', 1000, async ({ running }) => {
    const { instances } = running.component('numbering-service');
    const answers = await Promise.all(
      instances.map((instance) =>
        running.admin.http(instance, { method: 'GET', path: '/health/ready' }).then(
          ({ status }) => status,
          () => 0,
        ),
      ),
    );
    return { holds: answers.every((status) => status === 200), seen: answers.join(', ') };
  }),
  alertSilent('NumberingPgPrimaryDown'),
);
