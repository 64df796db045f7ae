import { fromSystem } from '../../../contract/index.ts';
import type { Evidence, Ms } from '../../../contract/index.ts';

/** Rows as `models/numbering/collect.ts` reads them. Instants are milliseconds of the epoch, on the services' clocks. */
export interface Tables {
  readonly identifiers: readonly IdentifierRow[];
  readonly reservations: readonly ReservationRow[];
  readonly leases: readonly LeaseRow[];
  readonly outbox: readonly OutboxRow[];
  readonly audit: readonly AuditRow[];
  /** One row: PostgreSQL's time and the run's at the end, and how much faster the run's goes. */
  readonly clock: readonly { readonly wall: Ms; readonly run: Ms; readonly speed: number }[];
}

export interface IdentifierRow {
  /** `MSISDN:+93700000001`, as outbox and audit write it. */
  readonly subject: string;
  readonly state: string;
  readonly version: number;
  readonly tenant_id: string | null;
}

export interface ReservationRow {
  readonly id: string;
  readonly subject: string;
  readonly tenant_id: string;
  readonly status: 'ACTIVE' | 'ASSIGNED' | 'RELEASED' | 'EXPIRED';
  readonly created_at: Ms;
  readonly expires_at: Ms;
  readonly ended_at: Ms | null;
}

export interface LeaseRow {
  readonly id: string;
  readonly subject: string;
  readonly tenant_id: string;
  readonly status: 'ACTIVE' | 'RELEASED' | 'RECALLED';
  readonly ended_at: Ms | null;
  readonly valid_until: Ms;
}

export interface OutboxRow {
  readonly id: string;
  readonly subject: string;
  readonly version: number;
  readonly type: string;
  /** Whether the relay has noted that it is published. */
  readonly published: boolean;
}

/** One committed change of one identifier: there is no other way to change one (`system/numbering/store/changes.ts`). */
export interface AuditRow {
  readonly seq: number;
  readonly at: Ms;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly version: number;
  readonly detail: {
    readonly from: string;
    readonly to: string;
    readonly tenantId: string | null;
    readonly reservationId?: string;
    readonly leaseId?: string;
    /** ISO 8601. */
    readonly quarantineUntil?: string;
    /** Of an alpha identifier: the answer of sender-id-registry that its lease rests on. */
    readonly verificationId?: string;
    /** Of a recall. */
    readonly reason?: string;
  };
}

/** The tables at the end of the run; one that was not collected is empty. */
export function tablesOf({ finalState }: Pick<Evidence, 'finalState'>): Tables {
  const { identifiers = [], reservations = [], leases = [], outbox = [], audit = [], clock = [] } = finalState;
  return { identifiers, reservations, leases, outbox, audit, clock } as unknown as Tables;
}

/** Changes by subject, each list in the order of versions: the order in which they were committed. */
export function changesBySubject(audit: readonly AuditRow[]): ReadonlyMap<string, readonly AuditRow[]> {
  const changes = Map.groupBy(audit, ({ subject }) => subject);
  for (const list of changes.values()) list.sort((a, b) => a.version - b.version || a.seq - b.seq);
  return changes;
}

/** An instant of the services' clocks on the run's clock; wrong for what was stamped while a clock was off. */
export function runTime({ clock }: Tables, wall: Ms): Ms {
  const [end] = clock;
  return end === undefined ? 0 : fromSystem(wall - end.wall, end.speed) + end.run;
}

/** The subject that an operation's input or result names. */
export function subjectOf(named: Readonly<Record<string, unknown>> | undefined): string {
  const { kind, value } = named ?? {};
  return `${String(kind)}:${String(value)}`;
}
