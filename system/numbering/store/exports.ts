/** The plan of the monthly regulator exports, and what they are made of. */
import type { Sql } from '../../kit/postgres.ts';

export interface ExportRow {
  /** `2026-01`. */
  readonly month: string;
  /** Whose job makes it. */
  readonly region: string;
  readonly plannedAt: Date;
  readonly status: 'PENDING' | 'DONE';
  readonly attempts: number;
  readonly error: string | undefined;
  readonly sha256: string | undefined;
  readonly rows: number | undefined;
  readonly doneAt: Date | undefined;
}

interface Row {
  month: string;
  region: string;
  planned_at: Date;
  status: 'PENDING' | 'DONE';
  attempts: number;
  error: string | null;
  sha256: string | null;
  rows: number | null;
  done_at: Date | null;
}

const COLUMNS = 'month, region, planned_at, status, attempts, error, sha256, rows, done_at';

function fromRow(row: Row): ExportRow {
  return {
    month: row.month,
    region: row.region,
    plannedAt: row.planned_at,
    status: row.status,
    attempts: row.attempts,
    error: row.error ?? undefined,
    sha256: row.sha256 ?? undefined,
    rows: row.rows ?? undefined,
    doneAt: row.done_at ?? undefined,
  };
}

/**
 * Plans the exports of the last two finished months, each at 02:00 UTC on `dayOfMonth` of the month after it. One that is planned
 * keeps its time; `replan`: one that is not made yet is this region's from now on.
 */
export async function planExports(sql: Sql, region: string, dayOfMonth: number, replan: boolean): Promise<void> {
  await sql.query(
    `INSERT INTO numbering.regulator_exports (month, region, planned_at)
     SELECT to_char(month, 'YYYY-MM'), $1, (month + interval '1 month' + ($2::integer - 1) * interval '1 day' + interval '2 hours') AT TIME ZONE 'UTC'
       FROM (SELECT date_trunc('month', now() AT TIME ZONE 'UTC') - n * interval '1 month' AS month FROM generate_series(1, 2) AS n) AS months
      ORDER BY month ON CONFLICT (month) DO UPDATE SET region = excluded.region
       WHERE $3 AND regulator_exports.status = 'PENDING' AND regulator_exports.region <> excluded.region`,
    [region, dayOfMonth, replan],
  );
}

export async function readExports(sql: Sql): Promise<ExportRow[]> {
  const found = await sql.query<Row>(`SELECT ${COLUMNS} FROM numbering.regulator_exports ORDER BY month`);
  return found.rows.map(fromRow);
}

/** Months that are due in a region, or were begun before they were, and were not tried within the last `retryMs`. */
export async function readDueMonths(sql: Sql, region: string, retryMs: number): Promise<string[]> {
  const found = await sql.query<{ month: string }>(
    `SELECT month FROM numbering.regulator_exports
      WHERE status = 'PENDING' AND region = $1 AND (planned_at <= now() OR attempted_at IS NOT NULL)
        AND (attempted_at IS NULL OR attempted_at <= now() - $2::float8 * interval '1 millisecond') ORDER BY month`,
    [region, retryMs],
  );
  return found.rows.map(({ month }) => month);
}

/** Seconds since the planned time of the export that has waited longest; 0 when none is late. */
export async function readPendingSeconds(sql: Sql): Promise<number> {
  const found = await sql.query<{ seconds: number }>(
    `SELECT coalesce(extract(epoch FROM now() - min(planned_at)), 0)::float8 AS seconds FROM numbering.regulator_exports
      WHERE status = 'PENDING' AND planned_at <= now()`,
  );
  return found.rows[0]?.seconds ?? 0;
}

/** Locks a month's row until the transaction ends. `busy`: somebody else is making it. */
export async function lockExport(sql: Sql, month: string): Promise<ExportRow | 'busy' | undefined> {
  const found = await sql.query<Row>(
    `SELECT ${COLUMNS} FROM numbering.regulator_exports WHERE month = $1 ORDER BY month FOR UPDATE SKIP LOCKED`,
    [month],
  );
  const row = found.rows[0];
  if (row !== undefined) return fromRow(row);
  const known = await sql.query(`SELECT 1 AS known FROM numbering.regulator_exports WHERE month = $1`, [month]);
  return known.rows.length > 0 ? 'busy' : undefined;
}

export async function endExport(
  sql: Sql,
  month: string,
  done: { readonly objectKey: string; readonly sha256: string; readonly signature: string; readonly rows: number },
): Promise<void> {
  await sql.query(
    `UPDATE numbering.regulator_exports SET status = 'DONE', attempts = attempts + 1, attempted_at = now(), done_at = now(), error = NULL,
            object_key = $2, sha256 = $3, signature = $4, rows = $5 WHERE month = $1`,
    [month, done.objectKey, done.sha256, done.signature, done.rows],
  );
}

/** An attempt begins before its time: whatever breaks it off, it is gone on with, as one that is due is anyway. Not noted while somebody else is at it. */
export async function noteEarlyAttempt(sql: Sql, month: string): Promise<void> {
  await sql.query(
    `UPDATE numbering.regulator_exports SET attempted_at = now()
      WHERE month = (SELECT month FROM numbering.regulator_exports
                     WHERE month = $1 AND status = 'PENDING' AND planned_at > now() ORDER BY month FOR UPDATE SKIP LOCKED)`,
    [month],
  );
}

/** An attempt that failed: the row stays PENDING, with the error. */
export async function noteFailure(sql: Sql, month: string, error: string): Promise<void> {
  await sql.query(
    `UPDATE numbering.regulator_exports SET attempts = attempts + 1, attempted_at = now(), error = $2
      WHERE month = $1 AND status = 'PENDING'`,
    [month, error],
  );
}

/** Every lease that stood in the month, as the regulator wants it: CSV lines in a fixed order. */
export async function readExportLines(sql: Sql, month: string): Promise<string[]> {
  const found = await sql.query<{
    kind: string;
    value: string;
    tenant_id: string;
    operator: string | null;
    created_at: Date;
    valid_until: Date;
    ended_at: Date | null;
  }>(
    `SELECT l.kind, l.value, l.tenant_id, o.id AS operator, l.created_at, l.valid_until, l.ended_at
       FROM numbering.leases l
       JOIN numbering.identifiers i ON i.kind = l.kind AND i.value = l.value
       LEFT JOIN numbering.blocks b ON b.id = i.block_id
       LEFT JOIN numbering.contracts c ON c.id = b.contract_id
       LEFT JOIN numbering.operators o ON o.id = c.operator_id
      WHERE l.created_at < (($1 || '-01')::timestamp + interval '1 month') AT TIME ZONE 'UTC'
        AND (l.ended_at IS NULL OR l.ended_at >= ($1 || '-01')::timestamp AT TIME ZONE 'UTC')
      ORDER BY l.kind, l.value, l.created_at, l.id`,
    [month],
  );
  return found.rows.map((row) =>
    [
      row.kind,
      row.value,
      row.tenant_id,
      row.operator ?? '',
      row.created_at.toISOString(),
      row.valid_until.toISOString(),
      row.ended_at?.toISOString() ?? '',
    ].join(','),
  );
}
