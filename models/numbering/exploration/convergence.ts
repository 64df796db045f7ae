import type { Convergence, Running } from '../../../contract/index.ts';
import { stories } from '../messages.ts';
import type { SmsRow } from '../messages.ts';
import { primaryName, primarySql } from '../primary.ts';
import { AUDIT_JOB } from '../administration/verification.ts';
import { SUSPENDS_FROM } from './administrators.ts';
import { administrationConverges, toldByClients } from './administration/convergence.ts';
import { MINUTE, PATIENCE, SECOND, rows } from './rows-left.ts';

/** A message of the stream FRAUD. */
interface ScoreRow {
  readonly body: { readonly eventId: string; readonly tenantId: string; readonly score: number };
}

/** Metrics are scraped and rules evaluated every 2 s: after so long two evaluations have seen the healed system. */
const EVALUATED_MS = 4500;

/** What must come true once everything is healed. Each limit is that of the row named; those of components that are not deployed are left out. */
export function convergence(running: Running): readonly Convergence[] {
  const deployed = (name: string): boolean => running.deployment.components.some((spec) => spec.name === name);
  return [
    answersHealth(),
    reservationsReleased(),
    rowsAgree(),
    ...(deployed('numbering-jobs-quarantine') ? [quarantineEnded()] : []),
    ...(deployed('outbox-relay') ? [outboxDrained()] : []),
    ...(deployed('outbox-relay') && deployed('billing-consumer') ? [ledgerAgrees()] : []),
    ...(deployed('outbox-relay') && deployed('sender-id-registry') ? [registryAgrees()] : []),
    ...(deployed('compliance-engine') ? [suspectsSuspended()] : []),
    ...(deployed('numbering-jobs-recall') ? [recallsDone()] : []),
    ...(deployed('numbering-jobs-imports') ? [importsDone(), importsTold()] : []),
    ...(deployed('sms-orchestrator') ? [messagesEnded()] : []),
    ...(deployed(AUDIT_JOB) ? administrationConverges() : []),
    ...(deployed('postgres-mzr') ? [regionsAgree()] : []),
    alertsClear(),
  ];
}

function answersHealth(): Convergence {
  return {
    name: 'every component answers its health question',
    within: MINUTE,
    row: 'NUM-01',
    look: async (running) => {
      const names = running.deployment.components.map(({ name }) => name);
      const answers = await Promise.all(names.map((name) => running.component(name).healthy()));
      const sick = names.filter((_, i) => !answers[i]);
      return sick.length === 0 ? undefined : `${sick.join(', ')} did not`;
    },
  };
}

const reservationsReleased = (): Convergence =>
  rows(
    'expired reservations are released',
    MINUTE,
    'NUM-09',
    `select count(*)::int as n from numbering.reservations where status = 'ACTIVE' and expires_at <= $1`,
    (count) => `${count} reservations that were over are still held`,
  );

/** An identifier is held by the reservation or lease that it names, and each of these that stands is named by its identifier. */
const rowsAgree = (): Convergence =>
  rows(
    'identifiers are held by what stands',
    MINUTE,
    'NUM-09',
    `with standing as (
       select kind, value, id, tenant_id, 'RESERVED' as state from numbering.reservations where status = 'ACTIVE'
       union all select kind, value, id, tenant_id, 'ASSIGNED' from numbering.leases where status = 'ACTIVE')
     select count(*)::int as n
       from (select * from numbering.identifiers where state in ('RESERVED', 'ASSIGNED')) i
       full join standing s on s.kind = i.kind and s.value = i.value
      where i.state is distinct from s.state or i.tenant_id is distinct from s.tenant_id
         or case i.state when 'RESERVED' then i.reservation_id else i.lease_id end is distinct from s.id`,
    (count) => `${count} identifiers, reservations or leases stand alone`,
  );

const quarantineEnded = (): Convergence =>
  rows(
    'numbers that have rested are back',
    5 * MINUTE,
    'NUM-10',
    `select count(*)::int as n from numbering.identifiers where state = 'QUARANTINE' and quarantine_until <= $1`,
    (count) => `${count} numbers are still in quarantine`,
  );

const outboxDrained = (): Convergence =>
  rows(
    'the outbox is drained',
    10 * MINUTE,
    'NUM-05',
    'select count(*)::int as n from numbering.outbox where published_at is null',
    (count) => `${count} events are not published`,
  );

/** Each begin and end of a lease is one entry, of that lease and that tenant, and no entry is of anything else. */
const ledgerAgrees = (): Convergence =>
  rows(
    'the ledger agrees with the leases',
    10 * MINUTE,
    'NUM-05',
    `select count(*)::int as n from billing.entries e
       full join (select subject, version, detail->>'leaseId' as lease, detail->>'tenantId' as tenant,
                    case when action in ('assigned', 'reinstated') then 'BEGIN' else 'END' end as kind
                    from numbering.audit where action in ('assigned', 'reinstated', 'released', 'recalled')) as a
         on a.subject = e.subject and a.version = e.version
      where a.kind is distinct from e.kind or a.lease is distinct from e.lease_id::text or a.tenant is distinct from e.tenant_id`,
    (count) => `${count} entries are missing, wrong or too many`,
  );

/** What the registry has heard of each identifier that ever changed is how that stands. Who rests in quarantine has no tenant any more. */
const registryAgrees = (): Convergence =>
  rows(
    'the registry agrees with the inventory',
    10 * MINUTE,
    'NUM-05',
    `select count(*)::int as n from numbering.identifiers i
       left join sender_registry.inventory k on k.subject = i.kind || ':' || i.value
      where i.version > 1 and (k.version is distinct from i.version or k.state is distinct from i.state
        or (i.tenant_id is not null and k.tenant_id is distinct from i.tenant_id))`,
    (count) => `${count} identifiers stand otherwise in the registry`,
  );

/** Each score that suspends has suspended its tenant once, whichever way it came, and none below it has. */
function suspectsSuspended(): Convergence {
  return {
    name: 'suspicious tenants are suspended',
    within: 5 * MINUTE,
    row: 'NUM-18',
    patience: PATIENCE,
    look: async (running) => {
      const scores = (await running.admin.stream('nats', 'FRAUD')) as unknown as readonly ScoreRow[];
      const wanted = new Map(
        scores.flatMap(({ body: { eventId, tenantId, score } }) =>
          score >= SUSPENDS_FROM ? [[eventId, tenantId] as const] : [],
        ),
      );
      const rows = await primarySql(
        running,
        `select tenant_id from compliance.suspensions where source = 'fraud-intel' order by tenant_id`,
      );
      const [suspended, suspected] = [rows.map((row) => String(row['tenant_id'])), [...wanted.values()].toSorted()];
      if (suspended.join() === suspected.join()) return undefined;
      return `suspended for a score: ${suspended.join(', ')}; with such a score: ${suspected.join(', ')}`;
    },
  };
}

const recallsDone = (): Convergence =>
  rows(
    'suspended tenants hold no lease',
    110 * SECOND,
    'NUM-17',
    `select count(*)::int as n from numbering.leases l where status = 'ACTIVE'
       and exists (select from compliance.suspensions s where s.tenant_id = l.tenant_id)`,
    (count) => `${count} leases are left`,
  );

const importsDone = (): Convergence =>
  rows(
    'files that were taken are imported or refused',
    MINUTE,
    'NUM-08',
    `select count(*)::int as n from numbering.lease_import_batches where status = 'PENDING'`,
    (count) => `${count} files wait`,
  );

/** Who takes numbers into use hears of them by the event. */
const importsTold = (): Convergence =>
  rows(
    'imports were told of',
    MINUTE,
    'NUM-08',
    `select count(*)::int as n from numbering.lease_import_batches b where status = 'DONE'
       and (not exists (select from numbering.outbox o where o.aggregate = 'BLOCK:import/' || b.id)
         or not exists (select from numbering.audit a where a.subject = 'BLOCK:import/' || b.id))`,
    (count) => `of ${count} imports no event or no row of the audit trail tells`,
  );

/** Every accepted message is dispatched or dead. */
function messagesEnded(): Convergence {
  return {
    name: 'messages have ended',
    within: 10 * MINUTE,
    row: 'NUM-22',
    patience: PATIENCE,
    look: async (running) => {
      const rows = (await running.admin.stream('nats', 'SMS')) as unknown as readonly SmsRow[];
      const waiting = [...stories(rows).values()].filter(({ states }) =>
        states.every(({ state }) => state !== 'DISPATCHED' && state !== 'DEAD_LETTER'),
      );
      const [first] = waiting;
      return first === undefined ? undefined : `${waiting.length} messages wait, of them ${first.messageId}`;
    },
  };
}

/** Every server shows the last change that the primary has. */
function regionsAgree(): Convergence {
  return {
    name: 'regions agree',
    within: 5 * MINUTE,
    row: 'NUM-13',
    look: async (running) => {
      const primary = await primaryName(running);
      const [head] = await running.admin.sql(primary, 'select seq::int as seq from numbering.audit_head');
      for (const spec of running.deployment.components) {
        if (spec.kind !== 'postgres' || spec.name === primary) continue;
        const [own] = await running.admin.sql(spec.name, 'select seq::int as seq from numbering.audit_head');
        if (Number(own?.['seq']) < Number(head?.['seq']))
          return `${spec.name} shows change ${String(own?.['seq'])}, ${primary} has ${String(head?.['seq'])}`;
      }
      return undefined;
    },
  };
}

/** It tells what the clients did: short codes that they lease stay leased. */
const SCARCITY = 'NumberingShortCodeScarcityCritical';

/** No alert stands, pending ones included: what is pending would fire if one waited. Metrics are scraped from the first look on: only now are they read. */
function alertsClear(): Convergence {
  let since: number | undefined;
  return {
    name: 'alerts clear',
    within: 5 * MINUTE,
    row: 'NUM-03',
    look: async (running) => {
      const now = running.clock.now();
      if (since === undefined) running.scrape?.();
      since ??= now;
      if (now - since < EVALUATED_MS) return 'rules have not been evaluated twice';
      const reasons = [SCARCITY, ...(await toldByClients(running))];
      const others = reasons.map((alert) => `alertname!="${alert}"`).join();
      const standing = (await running.metrics.at(`count(ALERTS{${others}})`, now)) ?? 0;
      if (standing === 0) return undefined;
      const told = running
        .alerts()
        .flatMap(({ alert, state }) => (state === 'resolved' || reasons.includes(alert) ? [] : [alert]));
      return `${standing} stand, of ${[...new Set(told)].join(', ')}`;
    },
  };
}
