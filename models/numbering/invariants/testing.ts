/** Hand-made evidence for the tests of the invariants. */
import type { Evidence, Operation } from '../../../contract/index.ts';
import type { AuditRow, ReservationRow, Tables } from './tables.ts';

const EPOCH = Date.parse('2026-01-01T00:00:00Z');
/** The run's instant on the services' clocks. */
export const wall = (run: number): number => EPOCH + run;

/** The identifier that the fixtures are about. */
export const SUBJECT = 'MSISDN:+93700000001';
const NUMBER = { kind: 'MSISDN', value: '+93700000001' };

/** Evidence of a run that ended at 100 s. */
export function evidence(operations: readonly Operation[], tables: Partial<Tables> = {}): Evidence {
  const finalState = {
    clock: [{ wall: wall(100_000), run: 100_000, speed: 1 }],
    ...tables,
  } as unknown as Evidence['finalState'];
  return { operations, alerts: [], instants: { steady: 0, injected: 0 }, polled: {}, finalState };
}

let next = 0;

/** An operation answered with success 10 ms after `at`; the parts that matter are given. */
export function operation(name: string, at: number, parts: Partial<Operation> = {}): Operation {
  next += 1;
  return { id: next, process: 'p', name, input: {}, invokedAt: at, completedAt: at + 10, outcome: 'ok', ...parts };
}

export function reserved(
  at: number,
  tenantId: string,
  reservationId: string,
  parts: Partial<Operation> = {},
): Operation {
  return operation('reserve', at, {
    input: { tenantId, ...NUMBER, ttlMs: 10_000, idempotencyKey: `key-${reservationId}` },
    result: {
      ...NUMBER,
      reservationId,
      version: 2,
      expiresAt: new Date(wall(at + 10_000)).toISOString(),
      replayed: false,
    },
    ...parts,
  });
}

export function released(
  at: number,
  tenantId: string,
  reservationId: string,
  outcome: Operation['outcome'] = 'ok',
): Operation {
  const result = { ...NUMBER, state: 'AVAILABLE', version: 3 };
  return operation('release-reservation', at, { input: { tenantId, reservationId }, outcome, result });
}

export function returned(at: number, tenantId: string, leaseId: string, quarantineUntil: number): Operation {
  const result = { ...NUMBER, leaseId, version: 4, quarantineUntil: new Date(wall(quarantineUntil)).toISOString() };
  return operation('release', at, { input: { tenantId, leaseId }, result });
}

/** A committed change of `SUBJECT`. */
export function change(
  version: number,
  action: string,
  at: number,
  detail: Partial<AuditRow['detail']> = {},
): AuditRow {
  const [from, to] = STATES[action] ?? ['AVAILABLE', 'AVAILABLE'];
  return {
    seq: version,
    at: wall(at),
    actor: action === 'quarantine-ended' ? 'job:quarantine-sweep' : 'a',
    action,
    subject: SUBJECT,
    version,
    detail: { from, to, tenantId: 'a', ...detail },
  };
}

const STATES: Readonly<Record<string, readonly [string, string]>> = {
  reserved: ['AVAILABLE', 'RESERVED'],
  'reservation-released': ['RESERVED', 'AVAILABLE'],
  'reservation-expired': ['RESERVED', 'AVAILABLE'],
  assigned: ['RESERVED', 'ASSIGNED'],
  released: ['ASSIGNED', 'QUARANTINE'],
  recalled: ['ASSIGNED', 'QUARANTINE'],
  reinstated: ['QUARANTINE', 'ASSIGNED'],
  'quarantine-ended': ['QUARANTINE', 'AVAILABLE'],
};

/** Events of the changes, as one transaction writes both. */
export function eventsOf(changes: readonly AuditRow[]): Tables['outbox'] {
  return changes.map(({ subject, version, action }) => ({
    id: `${subject} ${version}`,
    published: true,
    subject,
    version,
    type: `numbering.identifier.${action}.v1`,
  }));
}

/** A reservation of `SUBJECT` made at `at` for 10 s. */
export function reservation(
  id: string,
  at: number,
  status: ReservationRow['status'],
  endedAt?: number,
  tenantId = 'a',
): ReservationRow {
  return {
    id,
    subject: SUBJECT,
    tenant_id: tenantId,
    status,
    created_at: wall(at),
    expires_at: wall(at + 10_000),
    ended_at: endedAt === undefined ? null : wall(endedAt),
  };
}

/** What the checks say, without the instants. */
export function said({ violations }: { readonly violations: readonly { readonly what: string }[] }): readonly string[] {
  return violations.map(({ what }) => what);
}
