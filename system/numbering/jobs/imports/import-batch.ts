/** Imports one batch: all of its rows or none. */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { ObjectStore } from '../../../kit/object-store.ts';
import { inTransaction, type Sql } from '../../../kit/postgres.ts';
import type { Safeguard, Safeguards } from '../../../kit/safeguards.ts';
import { subjectOf } from '../../domain/identifiers.ts';
import { readIdentifiers } from '../../store/identifiers.ts';
import { recordChange } from '../../store/admin-changes.ts';
import {
  endBatch,
  insertBlock,
  insertIdentifiers,
  insertRowErrors,
  lockPending,
  type Batch,
  type RowError,
} from '../../store/imports.ts';
import { parseFile, type FileRow } from './parse-file.ts';

export const IMPORT_SINGLE_TRANSACTION: Safeguard = {
  name: 'import-single-transaction',
  protects: 'of a file either all rows are in the inventory or none',
};

export const IMPORT_ERROR_RECORD: Safeguard = {
  name: 'import-error-record',
  protects: 'what is wrong with which row of a file can be looked up',
};

const ACTOR = 'job:imports';

/** Rolls the batch's transaction back. */
class Rejected extends Error {
  override readonly name = 'Rejected';
  readonly errors: readonly RowError[];

  constructor(errors: readonly RowError[]) {
    super(`${errors.length} rows cannot be imported`);
    this.errors = errors;
  }
}

export interface ImportParts {
  readonly pool: pg.Pool;
  readonly store: ObjectStore;
  readonly safeguards: Safeguards;
  readonly bucket: string;
  /** Rows in one statement. */
  readonly chunk: number;
}

/**
 * Ends the batch, DONE or FAILED. @returns how; undefined when somebody else had ended it
 * @throws when the store or the database is away: the batch waits as it was, and nothing of it is in the inventory
 */
export async function importBatch(parts: ImportParts, batch: Batch): Promise<'DONE' | 'FAILED' | undefined> {
  const { pool, safeguards, store } = parts;
  const bytes = batch.objectKey === undefined ? undefined : await store.get(parts.bucket, batch.objectKey);
  if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== batch.sha256)
    return fail(parts, batch, [], 'The stored file is not the one that was signed.');
  const { rows, errors } = parseFile(Buffer.from(bytes).toString('utf8'));
  if (!safeguards.on(IMPORT_SINGLE_TRANSACTION)) return importInPieces(parts, batch, rows, errors);
  if (errors.length > 0) {
    // The operator is to learn all that is wrong at once.
    const known = await readIdentifiers(pool, rows);
    const existing = rows.filter((row) => known.has(subjectOf(row))).map(exists);
    return fail(
      parts,
      batch,
      [...errors, ...existing].toSorted((a, b) => a.row - b.row),
    );
  }
  try {
    return await inTransaction(pool, async (sql) => {
      if (!(await lockPending(sql, batch.id))) return undefined;
      const existing = await insertRows(parts, sql, batch, rows);
      if (existing.length > 0) throw new Rejected(existing);
      await done(sql, batch, rows.length);
      return 'DONE' as const;
    });
  } catch (error) {
    if (error instanceof Rejected) return fail(parts, batch, error.errors);
    throw error;
  }
}

/** Without the safeguard: what can be imported is, piece by piece. */
async function importInPieces(
  parts: ImportParts,
  batch: Batch,
  rows: readonly FileRow[],
  errors: readonly RowError[],
): Promise<'DONE' | 'FAILED' | undefined> {
  const existing = await insertRows(parts, parts.pool, batch, rows);
  const wrong = [...errors, ...existing];
  if (wrong.length > 0) return fail(parts, batch, wrong);
  await inTransaction(parts.pool, (sql) => done(sql, batch, rows.length));
  return 'DONE';
}

/** @returns the rows that are in the inventory already */
async function insertRows(parts: ImportParts, sql: Sql, batch: Batch, rows: readonly FileRow[]): Promise<RowError[]> {
  const existing: RowError[] = [];
  const block = `import/${batch.id}`;
  await insertBlock(sql, block, batch.contractId);
  for (let i = 0; i < rows.length; i += parts.chunk) {
    const chunk = rows.slice(i, i + parts.chunk);
    const added = await insertIdentifiers(sql, block, chunk);
    existing.push(...chunk.filter((row) => !added.has(subjectOf(row))).map(exists));
  }
  return existing;
}

function exists({ row, value }: FileRow): RowError {
  return { row, value, code: 'EXISTS', detail: 'the identifier is in the inventory already' };
}

async function done(sql: Sql, batch: Batch, rows: number): Promise<void> {
  await endBatch(sql, batch.id, { status: 'DONE', rows });
  await recordChange(sql, new Date(), {
    subject: `BLOCK:import/${batch.id}`,
    version: 1,
    of: 'block',
    action: 'imported',
    actor: ACTOR,
    detail: { batchId: batch.id, contractId: batch.contractId, rows },
  });
}

async function fail(
  { pool, safeguards }: ImportParts,
  batch: Batch,
  errors: readonly RowError[],
  why = `${errors.length} rows cannot be imported.`,
): Promise<'FAILED' | undefined> {
  return inTransaction(pool, async (sql) => {
    // Somebody else may have ended it meanwhile, as DONE too.
    if (!(await lockPending(sql, batch.id))) return undefined;
    await endBatch(sql, batch.id, { status: 'FAILED', error: why });
    if (errors.length > 0 && safeguards.on(IMPORT_ERROR_RECORD)) await insertRowErrors(sql, batch.id, errors);
    return 'FAILED' as const;
  });
}
