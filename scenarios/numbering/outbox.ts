/** NUM-05 and NUM-20: events of numbering between the outbox, NATS and those who listen. */
import { both, metric, polled } from 'faultline';
import type { Activity, Evidence, Ms, Observation, Operation, Probe, Running, Stage } from 'faultline';
import { assign } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { spareNumbers } from '../../models/numbering/numbers.ts';
import { primarySql } from '../../models/numbering/primary.ts';
import { eachOperation, withOperation } from './probes.ts';

const POLL_MS: Ms = 1000;
export const RELAY = 'outbox-relay';

/** Age of the oldest event that is not published, as numbering-service exports it. */
export const outboxLag = metric('outbox lag', 'max(numbering_outbox_lag_seconds)', { unit: 'ms', scale: 1000 });

/** Each node answers, and the stream of numbering has a leader with its followers in touch. */
export const natsIsLed: Probe = polled(
  'each node of NATS answers, and has a leader',
  2 * POLL_MS,
  async ({ running }) => {
    const { instances } = running.component('nats');
    const answers = await Promise.all(instances.map((node) => streamInfo(running, node)));
    const leaders = new Set(answers.map((answer) => answer?.leader));
    const current = answers[0]?.current ?? 0;
    const holds = leaders.size === 1 && !leaders.has(undefined) && current === instances.length - 1;
    return { holds, seen: `leader ${[...leaders].join(', ')}, ${current} followers in touch` };
  },
);

async function streamInfo(
  { admin }: Running,
  node: string,
): Promise<{ readonly leader: string | undefined; readonly current: number } | undefined> {
  const answer = (await admin.nats(node, '$JS.API.STREAM.INFO.NUMBERING').catch(() => undefined)) as Info | undefined;
  const { leader, replicas = [] } = answer?.cluster ?? {};
  return { leader, current: replicas.filter(({ current }) => current).length };
}

interface Info {
  readonly cluster?: { readonly leader?: string; readonly replicas?: readonly { readonly current: boolean }[] };
}

const LIFECYCLE: ReadonlySet<string> = new Set(['reserve', 'release-reservation', 'assign', 'release', 'validate']);

/** No lifecycle call is refused: nobody needs NATS for one. */
export const lifecycleCallsSucceed: Probe = {
  ...eachOperation('every lifecycle call succeeds', ({ name, outcome }: Operation) =>
    !LIFECYCLE.has(name) || outcome === 'info' ? undefined : outcome === 'ok',
  ),
  plant: (evidence: Evidence) => withOperation(evidence, { name: 'reserve', outcome: 'fail', error: 'UNAVAILABLE' }),
};

/** Changes since the injection, their events, and how many of these count as published. */
async function changesSince({ running, instants }: Stage): Promise<Changes> {
  const span = running.clock.now() - (instants.injected ?? running.clock.now());
  const [row] = await primarySql(
    running,
    `select (select count(*) from numbering.outbox where published_at is null)::int as held,
            count(*)::int as changes, count(*) filter (where o.id is null)::int as bare,
            count(*) filter (where o.published_at is not null)::int as published
       from numbering.audit a left join numbering.outbox o on o.aggregate = a.subject and o.version = a.version
      where a.at > now() - interval '${Math.floor(span)} milliseconds'`,
  );
  const count = (name: string): number => Number(row?.[name]);
  return { held: count('held'), changes: count('changes'), bare: count('bare'), published: count('published') };
}

interface Changes {
  readonly held: number;
  readonly changes: number;
  readonly bare: number;
  readonly published: number;
}

const describe = ({ changes, bare, held, published }: Changes): string =>
  `${changes} changes, ${bare} without an event, ${published} events published, ${held} held`;

/** Each change has its event in the outbox, where it is held or was published from. */
export const changesHaveEvents: Probe = polled('each change has its event in the outbox', POLL_MS, async (stage) => {
  const changes = await changesSince(stage);
  return changes.changes === 0 ? undefined : { holds: changes.bare === 0, seen: describe(changes) };
});

/** A node is missing. When it has been started again events are published before the cluster counts as healed. */
const natsIsAway = (running: Running): boolean => running.component('nats').state() !== 'running';

/** The same while nothing can be published: no event since the injection counts as published. */
export const eventsAreHeld: Probe = polled('events of the outage are held in the outbox', POLL_MS, async (stage) => {
  const changes = await changesSince(stage);
  if (changes.changes === 0 || !natsIsAway(stage.running)) return undefined;
  return { holds: changes.bare === 0 && changes.published === 0, seen: describe(changes) };
});

/** The relay goes on failing, each time an error in its log, and its process is the one that ran before. */
export const relayRetries: Probe = both(
  metric('failed passes of the relay in 20 s', 'sum(increase(numbering_outbox_relay_errors_total[20s]))').satisfies(
    '> 0',
    (value) => value > 0,
  ),
  polled('the relay does not exit', POLL_MS, async ({ running }) => {
    const relay = running.component(RELAY);
    const exits = relay.observed['exits'] ?? 0;
    return { holds: relay.state() === 'running' && exits === 0, seen: `${RELAY} is ${relay.state()}, ${exits} exits` };
  }),
);

/** Between an event's commit and its place with every consumer. */
const SETTLING = '5 seconds';

/** Billing's ledger and the registry's inventory say of each identifier what PostgreSQL does. */
export const consumersAgree: Probe = polled(
  'billing and registry agree with the leases',
  5 * POLL_MS,
  async ({ running }) => {
    // First the consumers: what PostgreSQL has changed since is not settled.
    const ledger = await pages(running, 'billing-consumer', '/v1/billing/leases');
    const inventory = await pages(running, 'sender-id-registry', '/v1/inventory');
    if (ledger === undefined || inventory === undefined) return { holds: false, seen: 'a consumer does not answer' };
    const billed = new Map(ledger.map(({ leaseId, running: runs }) => [leaseId, runs]));
    const known = new Map(
      inventory.map(({ subject, version, state }) => [subject, `${String(version)} ${String(state)}`]),
    );
    const leases = await primarySql(
      running,
      `select id, status = 'ACTIVE' as runs from numbering.leases
        where created_at > '2025-01-01' and coalesce(ended_at, created_at) < now() - interval '${SETTLING}' order by id`,
    );
    const identifiers = await primarySql(
      running,
      `select kind || ':' || value as subject, version || ' ' || state as stands from numbering.identifiers
        where version > 1 and updated_at < now() - interval '${SETTLING}' order by kind, value`,
    );
    const unbilled = leases.filter(({ id, runs }) => billed.get(id) !== runs).length;
    const unknown = identifiers.filter(({ subject, stands }) => known.get(subject) !== stands).length;
    return {
      holds: unbilled === 0 && unknown === 0,
      seen: `${unbilled} of ${leases.length} leases differ in billing, ${unknown} of ${identifiers.length} identifiers in the registry`,
    };
  },
);

const PAGE = 1000;

/** All items of a consumer's list; undefined when it does not answer. */
async function pages(
  { admin }: Running,
  service: string,
  path: string,
): Promise<readonly Readonly<Record<string, unknown>>[] | undefined> {
  const items: Readonly<Record<string, unknown>>[] = [];
  for (let after = ''; ;) {
    const query = `${path}?limit=${PAGE}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`;
    const answer = await admin.http(service, { method: 'GET', path: query }).catch(() => undefined);
    if (answer?.status !== 200) return undefined;
    const page = answer.body as {
      readonly items: readonly Readonly<Record<string, unknown>>[];
      readonly next?: string;
    };
    items.push(...page.items);
    if (page.next === undefined || page.next === null || page.items.length === 0) return items;
    after = page.next;
  }
}

const STUCK = 'NumberingOutboxRelayStuck';
const RESTART = 'restart the relay deployment';

/** The alert says what to do, and another process of the relay runs. */
export const relayReplaced: Probe = polled(
  `the alert says '${RESTART}', and the relay was replaced`,
  POLL_MS,
  async ({ running }) => {
    const told = running
      .alerts()
      .some(
        ({ alert, state, annotations }) =>
          alert === STUCK && state === 'firing' && annotations['runbook']?.includes(RESTART),
      );
    const replaced = wasReplaced(running);
    return {
      holds: told && replaced,
      seen: `${told ? 'told' : 'not told'}, ${replaced ? 'replaced' : 'the same process'}`,
    };
  },
);

function wasReplaced(running: Running): boolean {
  const relay = running.component(RELAY);
  return relay.state() === 'running' && (relay.observed['starts'] ?? 0) > 1;
}

/** After its restart the relay drains the outbox: the lag as clients would read it from the table. */
export function drainedAfterRestart(limitMs: Ms): Probe {
  return polled(
    `after its restart the lag is under ${limitMs / 1000} s`,
    POLL_MS,
    async ({ running }): Promise<Omit<Observation, 'at'>> => {
      const [row] = await primarySql(
        running,
        `select count(*)::int as held, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as age
         from numbering.outbox where published_at is null`,
      );
      const seconds = Number(row?.['age']);
      const replaced = wasReplaced(running);
      return {
        holds: replaced && seconds * 1000 < limitMs,
        seen: `${Number(row?.['held'])} events wait, the oldest for ${seconds.toFixed(1)} s, ${replaced ? 'after' : 'without'} a restart`,
      };
    },
  );
}

/** The tenant that is suspended while NATS is away. */
export const SUSPENDED = 'tenant-suspended';

/** A tenant leases `count` numbers in the steady state. */
export function tenantLeases(count: number): Activity {
  return {
    title: `a tenant leases ${count} numbers`,
    during: 'steady',
    run: async (stage) => {
      for (const number of await spareNumbers(stage.running, count))
        await clientsOf(stage).call(SUSPENDED, assign(SUSPENDED, number));
    },
  };
}

/** An operator suspends the tenant while NATS is away: compliance.tenant.suspended.v1 waits at compliance-engine. */
export const tenantSuspended: Activity = {
  title: 'the tenant is suspended',
  during: 'fault',
  run: async ({ running, history }) => {
    const operation = history.invoke('operator', 'suspend', { tenantId: SUSPENDED });
    const { status, body } = await running.admin.http('compliance-engine', {
      method: 'POST',
      path: `/v1/tenants/${SUSPENDED}/suspend`,
      body: { reason: 'ABUSE' },
    });
    if (status === 202) operation.ok(body as Record<string, unknown>);
    else operation.fail(String(status));
  },
};

/** The event waits at its producer while NATS is away: neither confirmed nor taken in. */
export const suspensionWaits: Probe = polled('the suspension waits at its producer', POLL_MS, async ({ running }) => {
  const { stored, confirmed, recalls } = await suspension(running);
  if (stored === 0 || !natsIsAway(running)) return undefined;
  return { holds: confirmed === 0 && recalls === 0, seen: `${confirmed} of ${stored} confirmed, ${recalls} taken in` };
});

/** The recall of the tenant's leases has begun. */
export const recallStarts: Probe = polled('the bulk recall has started', POLL_MS, async ({ running }) => {
  const { recalls, recalled } = await suspension(running);
  return { holds: recalled > 0, seen: `${recalls} suspensions taken in, ${recalled} leases recalled` };
});

async function suspension(running: Running): Promise<Record<'stored' | 'confirmed' | 'recalls' | 'recalled', number>> {
  const [row] = await primarySql(
    running,
    `select (select count(*) from compliance.suspensions)::int as stored,
            (select count(*) from compliance.suspensions where published_at is not null)::int as confirmed,
            (select count(*) from numbering.recalls)::int as recalls,
            (select count(*) from numbering.leases where tenant_id = '${SUSPENDED}' and status = 'RECALLED')::int as recalled`,
  );
  const count = (name: string): number => Number(row?.[name]);
  return {
    stored: count('stored'),
    confirmed: count('confirmed'),
    recalls: count('recalls'),
    recalled: count('recalled'),
  };
}
