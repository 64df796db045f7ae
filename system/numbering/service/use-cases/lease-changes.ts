/** Release, Recall and Reinstate of a lease. */
import type { Sql } from '../../../kit/postgres.ts';
import { quotaKey, validationKey } from '../../cache/keys.ts';
import type { Identifier } from '../../domain/identifiers.ts';
import { problem, tenantSuspended } from '../../domain/problems.ts';
import { lockLease, setLeaseStatus, type Lease } from '../../store/leases.ts';
import { isSuspended } from '../../store/recalls.ts';
import type { Answer, App, Caller } from '../app.ts';
import { perform } from '../perform.ts';
import type { LeaseView } from '../views.ts';
import { change, existing } from './change.ts';

/** Why an operator takes a lease back. */
export const RECALL_REASONS = ['ABUSE', 'COMPLIANCE', 'CONTRACT', 'OTHER'] as const;
export type RecallReason = (typeof RECALL_REASONS)[number];

/** The tenant gives its lease back; the identifier rests in QUARANTINE. @throws Problem NOT_FOUND, LEASE_NOT_ACTIVE, … */
export function release(app: App, caller: Caller, leaseId: string): Promise<Answer<LeaseView>> {
  return endLease(app, caller, { leaseId, operation: 'release' });
}

/** An operator takes a lease back, whoever holds it; the identifier rests in QUARANTINE. @throws Problem as release */
export function recall(app: App, caller: Caller, leaseId: string, reason: RecallReason): Promise<Answer<LeaseView>> {
  return endLease(app, caller, { leaseId, operation: 'recall', reason });
}

async function endLease(
  app: App,
  caller: Caller,
  end: { leaseId: string; operation: 'release' } | { leaseId: string; operation: 'recall'; reason: RecallReason },
): Promise<Answer<LeaseView>> {
  const { leaseId, operation } = end;
  return perform<LeaseView>(app, caller, {
    operation,
    payload: end,
    async work(sql, now) {
      const lease = await lockLease(sql, leaseId, operation === 'release' ? caller.tenantId : undefined);
      if (lease === undefined) throw problem('NOT_FOUND', 'There is no such lease.');
      if (lease.status !== 'ACTIVE') throw problem('LEASE_NOT_ACTIVE', `The lease is ${lease.status}.`);
      const from = await existing(sql, lease);
      const quarantineUntil = new Date(now.getTime() + app.config.QUARANTINE_MS);
      const status = operation === 'release' ? 'RELEASED' : 'RECALLED';
      const reason = end.operation === 'recall' ? end.reason : null;
      await setLeaseStatus(sql, leaseId, status, now, reason);
      const version = await change(app, sql, now, {
        from,
        to: 'QUARANTINE',
        action: operation === 'release' ? 'released' : 'recalled',
        actor: caller.tenantId,
        leaseId,
        quarantineUntil,
        detail: { leaseId, quarantineUntil: quarantineUntil.toISOString(), ...(reason === null ? {} : { reason }) },
      });
      return view({ ...lease, status }, 'QUARANTINE', version, quarantineUntil);
    },
    after: (lease) => forgetLease(app, lease),
  });
}

/**
 * An operator gives a recalled lease back to its holder, while the identifier is still in the quarantine of that recall.
 * @throws Problem NOT_FOUND, TENANT_SUSPENDED, LEASE_NOT_RECALLED; LEASE_QUOTA is not checked: the lease was the tenant's
 */
export async function reinstate(app: App, caller: Caller, leaseId: string): Promise<Answer<LeaseView>> {
  return perform<LeaseView>(app, caller, {
    operation: 'reinstate',
    payload: { leaseId },
    async work(sql, now) {
      const lease = await lockLease(sql, leaseId);
      if (lease === undefined) throw problem('NOT_FOUND', 'There is no such lease.');
      if (await isSuspended(sql, lease.tenantId)) throw tenantSuspended();
      const from = await recalledIdentifier(sql, lease, now);
      await setLeaseStatus(sql, leaseId, 'ACTIVE', null, null);
      const version = await change(app, sql, now, {
        from,
        to: 'ASSIGNED',
        action: 'reinstated',
        actor: caller.tenantId,
        tenantId: lease.tenantId,
        leaseId,
        detail: { leaseId },
      });
      return view({ ...lease, status: 'ACTIVE' }, 'ASSIGNED', version);
    },
    after: (lease) => forgetLease(app, lease),
  });
}

async function recalledIdentifier(sql: Sql, lease: Lease, now: Date): Promise<Identifier> {
  if (lease.status !== 'RECALLED') throw problem('LEASE_NOT_RECALLED', `The lease is ${lease.status}.`);
  if (lease.validUntil <= now) throw problem('LEASE_NOT_RECALLED', 'The term of the lease is over.');
  const identifier = await existing(sql, lease);
  if (identifier.state !== 'QUARANTINE' || identifier.leaseId !== lease.id) {
    throw problem('LEASE_NOT_RECALLED', 'The identifier has been returned to the pool.');
  }
  return identifier;
}

function view(lease: Lease, state: LeaseView['state'], version: number, quarantineUntil?: Date): LeaseView {
  return {
    leaseId: lease.id,
    kind: lease.kind,
    value: lease.value,
    tenantId: lease.tenantId,
    status: lease.status,
    state,
    version,
    validUntil: lease.validUntil.toISOString(),
    ...(quarantineUntil === undefined ? {} : { quarantineUntil: quarantineUntil.toISOString() }),
  };
}

async function forgetLease(app: App, lease: LeaseView): Promise<void> {
  await app.redis.attempt((client) => client.del(validationKey(lease), quotaKey('leases', lease.tenantId)));
}
