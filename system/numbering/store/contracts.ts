/** Reads and writes of the operators' contracts. */
import type { Sql } from '../../kit/postgres.ts';

export interface Contract {
  readonly id: string;
  readonly operatorId: string;
  readonly version: number;
  readonly effectiveFrom: Date;
  readonly effectiveUntil: Date;
}

interface Row {
  id: string;
  operator_id: string;
  version: string;
  effective_from: Date;
  effective_until: Date;
}

function fromRow(row: Row): Contract {
  return {
    id: row.id,
    operatorId: row.operator_id,
    version: Number(row.version),
    effectiveFrom: row.effective_from,
    effectiveUntil: row.effective_until,
  };
}

/** All of them with the database's time. */
export async function readContracts(sql: Sql): Promise<(Contract & { readonly at: Date })[]> {
  const found = await sql.query<Row & { at: Date }>(
    `SELECT id, operator_id, version, effective_from, effective_until, now() AS at FROM numbering.contracts ORDER BY id`,
  );
  return found.rows.map((row) => ({ ...fromRow(row), at: row.at }));
}

/** The contract, locked until the transaction ends, and the public key of its operator. */
export async function lockContract(
  sql: Sql,
  id: string,
): Promise<(Contract & { readonly publicKey: string }) | undefined> {
  const found = await sql.query<Row & { public_key: string }>(
    `SELECT c.id, c.operator_id, c.version, c.effective_from, c.effective_until, o.public_key
       FROM numbering.contracts c JOIN numbering.operators o ON o.id = c.operator_id
      WHERE c.id = $1 FOR UPDATE OF c`,
    [id],
  );
  const row = found.rows[0];
  return row === undefined ? undefined : { ...fromRow(row), publicKey: row.public_key };
}

/** Gives the contract a new term, which is kept with its signature. */
export async function fileTerm(sql: Sql, term: Contract, signature: string, now: Date): Promise<void> {
  await sql.query(
    `UPDATE numbering.contracts SET version = $2, effective_from = $3, effective_until = $4 WHERE id = $1`,
    [term.id, term.version, term.effectiveFrom, term.effectiveUntil],
  );
  await sql.query(
    `INSERT INTO numbering.contract_terms (contract_id, version, effective_from, effective_until, signature, filed_at) VALUES ($1, $2, $3, $4, $5, $6)`,
    [term.id, term.version, term.effectiveFrom, term.effectiveUntil, signature, now],
  );
}

/** Somebody has seen that the contract ends within `stepDays`; the first one counts. */
export async function acknowledge(
  sql: Sql,
  contract: Pick<Contract, 'id' | 'version'>,
  stepDays: number,
  by: string,
  now: Date,
): Promise<void> {
  await sql.query(
    `INSERT INTO numbering.contract_acknowledgements (contract_id, contract_version, step_days, acknowledged_by, acknowledged_at)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [contract.id, contract.version, stepDays, by, now],
  );
}

/** A term that came within `stepDays` of its end without a successor, the latest of each contract, and when that was acknowledged. */
export interface ExpiringTerm {
  readonly contractId: string;
  readonly effectiveUntil: Date;
  readonly acknowledgedAt: Date | undefined;
  readonly acknowledgedBy: string | undefined;
}

/** @param stepMs the step as a duration */
export async function readExpiringTerms(sql: Sql, stepDays: number, stepMs: number): Promise<ExpiringTerm[]> {
  const found = await sql.query<{
    contract_id: string;
    effective_until: Date;
    acknowledged_at: Date | null;
    acknowledged_by: string | null;
  }>(
    `SELECT DISTINCT ON (t.contract_id) t.contract_id, t.effective_until, a.acknowledged_at, a.acknowledged_by
       FROM numbering.contract_terms t
       LEFT JOIN numbering.contract_terms successor ON successor.contract_id = t.contract_id AND successor.version = t.version + 1
       LEFT JOIN numbering.contract_acknowledgements a
         ON a.contract_id = t.contract_id AND a.contract_version = t.version AND a.step_days = $1
      WHERE t.effective_until - $2::float8 * interval '1 millisecond' <= coalesce(successor.filed_at, now())
      ORDER BY t.contract_id, t.version DESC`,
    [stepDays, stepMs],
  );
  return found.rows.map((row) => ({
    contractId: row.contract_id,
    effectiveUntil: row.effective_until,
    acknowledgedAt: row.acknowledged_at ?? undefined,
    acknowledgedBy: row.acknowledged_by ?? undefined,
  }));
}
