/** Readiness gates: what the daily jobs found to be in order or not. */
import type { Sql } from '../../kit/postgres.ts';

export interface Gate {
  readonly gate: string;
  /** What it is about: a contract's id. */
  readonly subject: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** Puts the gates of one kind in the place of those found before. */
export async function putGates(sql: Sql, gates: readonly Gate[]): Promise<void> {
  await sql.query(
    `INSERT INTO numbering.readiness_gates (gate, subject, passed, detail, judged_at)
     SELECT gate, subject, passed, detail, now()
       FROM unnest($1::text[], $2::text[], $3::boolean[], $4::text[]) AS g (gate, subject, passed, detail)
     ON CONFLICT (gate, subject) DO UPDATE SET passed = excluded.passed, detail = excluded.detail, judged_at = excluded.judged_at`,
    [
      gates.map(({ gate }) => gate),
      gates.map(({ subject }) => subject),
      gates.map(({ passed }) => passed),
      gates.map(({ detail }) => detail),
    ],
  );
}

export async function readGates(sql: Sql): Promise<(Gate & { readonly judgedAt: Date })[]> {
  const found = await sql.query<Gate & { judged_at: Date }>(
    `SELECT gate, subject, passed, detail, judged_at FROM numbering.readiness_gates ORDER BY gate, subject`,
  );
  return found.rows.map(({ judged_at: judgedAt, gate, subject, passed, detail }) => ({
    gate,
    subject,
    passed,
    detail,
    judgedAt,
  }));
}
