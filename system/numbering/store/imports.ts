/** Reads and writes of imported files: batches, their errors by row, and the identifiers that they bring. */
import type { Sql } from '../../kit/postgres.ts';
import type { IdentifierKey } from '../domain/identifiers.ts';

export type BatchStatus = 'PENDING' | 'DONE' | 'FAILED';

export interface Batch {
  readonly id: string;
  readonly contractId: string;
  readonly status: BatchStatus;
  /** Where the file is; undefined when it was not kept. */
  readonly objectKey: string | undefined;
  /** Hex, of the file's bytes. */
  readonly sha256: string;
  readonly rows: number | undefined;
  readonly error: string | undefined;
  readonly createdAt: Date;
  readonly endedAt: Date | undefined;
}

/** A row that cannot be imported; `row` counts lines of the file from 1, the header included. */
export interface RowError {
  readonly row: number;
  readonly value: string;
  readonly code: 'MALFORMED' | 'DUPLICATE' | 'EXISTS';
  readonly detail: string;
}

interface Row {
  id: string;
  contract_id: string;
  status: BatchStatus;
  object_key: string | null;
  sha256: string;
  rows: number | null;
  error: string | null;
  created_at: Date;
  ended_at: Date | null;
}

const COLUMNS = 'id, contract_id, status, object_key, sha256, rows, error, created_at, ended_at';

function fromRow(row: Row): Batch {
  return {
    id: row.id,
    contractId: row.contract_id,
    status: row.status,
    objectKey: row.object_key ?? undefined,
    sha256: row.sha256,
    rows: row.rows ?? undefined,
    error: row.error ?? undefined,
    createdAt: row.created_at,
    endedAt: row.ended_at ?? undefined,
  };
}

export async function insertBatch(
  sql: Sql,
  batch: Pick<Batch, 'id' | 'contractId' | 'status' | 'objectKey' | 'sha256' | 'error' | 'createdAt'>,
  signature: string,
): Promise<void> {
  const endedAt = batch.status === 'PENDING' ? null : batch.createdAt;
  await sql.query(
    `INSERT INTO numbering.lease_import_batches (id, contract_id, status, object_key, sha256, signature, error, created_at, ended_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      batch.id,
      batch.contractId,
      batch.status,
      batch.objectKey ?? null,
      batch.sha256,
      signature,
      batch.error ?? null,
      batch.createdAt,
      endedAt,
    ],
  );
}

export async function readBatch(sql: Sql, id: string): Promise<Batch | undefined> {
  const found = await sql.query<Row>(`SELECT ${COLUMNS} FROM numbering.lease_import_batches WHERE id = $1`, [id]);
  const row = found.rows[0];
  return row === undefined ? undefined : fromRow(row);
}

export async function readRowErrors(sql: Sql, batchId: string): Promise<RowError[]> {
  const found = await sql.query<{ row: number; value: string; code: RowError['code']; detail: string }>(
    `SELECT row, value, code, detail FROM numbering.lease_import_errors WHERE batch_id = $1 ORDER BY row`,
    [batchId],
  );
  return found.rows;
}

/** The oldest batch that waits. */
export async function nextBatch(sql: Sql): Promise<Batch | undefined> {
  const found = await sql.query<Row>(
    `SELECT ${COLUMNS} FROM numbering.lease_import_batches WHERE status = 'PENDING' ORDER BY created_at, id LIMIT 1`,
  );
  const row = found.rows[0];
  return row === undefined ? undefined : fromRow(row);
}

/** Locks the batch until the transaction ends; false when somebody else has ended it. */
export async function lockPending(sql: Sql, id: string): Promise<boolean> {
  const found = await sql.query(
    `SELECT id FROM numbering.lease_import_batches WHERE id = $1 AND status = 'PENDING' FOR UPDATE`,
    [id],
  );
  return found.rows.length > 0;
}

export async function endBatch(
  sql: Sql,
  id: string,
  end: { readonly status: 'DONE' | 'FAILED'; readonly rows?: number; readonly error?: string },
): Promise<void> {
  await sql.query(
    `UPDATE numbering.lease_import_batches SET status = $2, rows = $3, error = $4, ended_at = now() WHERE id = $1`,
    [id, end.status, end.rows ?? null, end.error ?? null],
  );
}

export async function insertRowErrors(sql: Sql, batchId: string, errors: readonly RowError[]): Promise<void> {
  await sql.query(
    `INSERT INTO numbering.lease_import_errors (batch_id, row, value, code, detail)
     SELECT $1, row, value, code, detail FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[]) AS e (row, value, code, detail)`,
    [
      batchId,
      errors.map(({ row }) => row),
      errors.map(({ value }) => value),
      errors.map(({ code }) => code),
      errors.map(({ detail }) => detail),
    ],
  );
}

/** The block of a batch's identifiers. */
export async function insertBlock(sql: Sql, id: string, contractId: string): Promise<void> {
  await sql.query(`INSERT INTO numbering.blocks (id, contract_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [
    id,
    contractId,
  ]);
}

/** Adds identifiers to the inventory, AVAILABLE; gives those that were added: the others exist. */
export async function insertIdentifiers(
  sql: Sql,
  blockId: string,
  keys: readonly IdentifierKey[],
): Promise<ReadonlySet<string>> {
  const added = await sql.query<{ kind: string; value: string }>(
    `INSERT INTO numbering.identifiers (kind, value, block_id)
     SELECT kind, value, $3 FROM unnest($1::text[], $2::text[]) AS k (kind, value)
     ON CONFLICT DO NOTHING RETURNING kind, value`,
    [keys.map(({ kind }) => kind), keys.map(({ value }) => value), blockId],
  );
  return new Set(added.rows.map(({ kind, value }) => `${kind}:${value}`));
}
