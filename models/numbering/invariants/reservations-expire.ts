import { fromSystem, toSystem } from '../../../contract/index.ts';
import type { Invariant, Ms, Operation, Violation } from '../../../contract/index.ts';
import { runTime, tablesOf } from './tables.ts';
import type { AuditRow, ReservationRow, Tables } from './tables.ts';

/** The document's promise for a lost expiry event (FM-03, FM-04): the safety-net cron has found the reservation by then. */
const OVERDUE_MAX_MS: Ms = 60_000;

/** What ends a reservation, by the status in which its row then is. */
const END_OF = {
  ASSIGNED: 'assigned',
  RELEASED: 'reservation-released',
  EXPIRED: 'reservation-expired',
} as const satisfies Partial<Record<ReservationRow['status'], string>>;

/**
 * Every reservation is released once, after its time to live and never before; unless its tenant ended it. One that is
 * within its life at the end of the run, or just over, is still under way.
 */
export const invariant: Invariant = {
  name: 'reservations-expire',
  check(evidence) {
    const tables = tablesOf(evidence);
    const ends = Map.groupBy(
      tables.audit.filter(
        ({ action, detail }) => detail.reservationId !== undefined && Object.values<string>(END_OF).includes(action),
      ),
      ({ detail }) => detail.reservationId,
    );
    const rows = new Map(tables.reservations.map((row) => [row.id, row]));
    return {
      examined: tables.reservations.length,
      violations: [
        ...tables.reservations.flatMap((row) => ended(row, ends.get(row.id) ?? [], tables)),
        ...evidence.operations.flatMap((operation) => granted(operation, rows, tables)),
      ],
    };
  },
  plant(evidence) {
    const early = tablesOf(evidence).reservations.find(({ status }) => status === 'EXPIRED');
    if (early === undefined) return evidence;
    const planted = { ...early, ended_at: early.expires_at - 1 };
    const reservations = (evidence.finalState['reservations'] ?? []).map((row) =>
      row['id'] === early.id ? { ...row, ...planted } : row,
    );
    return { ...evidence, finalState: { ...evidence.finalState, reservations } };
  },
};

function ended(row: ReservationRow, ends: readonly AuditRow[], tables: Tables): readonly Violation[] {
  const { id, status, subject } = row;
  const violation = (what: string): Violation[] => [
    { at: runTime(tables, row.expires_at), what: `reservation ${id} of ${subject}: ${what}` },
  ];
  const actions = ends.map(({ action }) => action);
  if (status === 'ACTIVE') {
    if (ends.length > 0) return violation(`still there after ${actions.join(' and ')}`);
    const [end] = tables.clock;
    const overdue = end === undefined ? 0 : fromSystem(end.wall - row.expires_at, end.speed);
    return overdue > OVERDUE_MAX_MS ? violation(`not released ${Math.round(overdue / 1000)} s after its end`) : [];
  }
  if (ends.length !== 1 || actions[0] !== END_OF[status])
    return violation(`${status}, ended ${ends.length} times: ${actions.join(', ') || 'no change tells of it'}`);
  if (row.ended_at === null) return violation(`${status} without an end`);
  if (status !== 'EXPIRED') return [];
  const early = row.expires_at - Math.min(row.ended_at, ends[0]?.at ?? row.ended_at);
  return early > 0 ? violation(`released ${early} ms before its end`) : [];
}

/** The life that the tenant was promised is the one it asked for, and the one that the row has. */
function granted(
  operation: Operation,
  rows: ReadonlyMap<string, ReservationRow>,
  { clock }: Tables,
): readonly Violation[] {
  const { id, name, outcome, input, result, completedAt } = operation;
  if (name !== 'reserve' || outcome !== 'ok') return [];
  const row = rows.get(String(result?.['reservationId']));
  // A success without a row is another invariant's matter.
  if (row === undefined || result?.['replayed'] === true) return [];
  const life = row.expires_at - row.created_at;
  const asked = toSystem(Number(input['ttlMs']), clock[0]?.speed ?? 1);
  if (life === asked && Date.parse(String(result?.['expiresAt'])) === row.expires_at) return [];
  const what = `operation ${id} asked for ${asked} ms, was told ${String(result?.['expiresAt'])}, and the row lives for ${life} ms`;
  return [completedAt === undefined ? { what } : { at: completedAt, what }];
}
