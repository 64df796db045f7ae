/** Reads of `numbering.identifiers`. All go to the primary. */
import type { Sql } from '../../kit/postgres.ts';
import { subjectOf, type Identifier, type IdentifierKey, type Kind, type State } from '../domain/identifiers.ts';

interface Row {
  kind: Kind;
  value: string;
  state: State;
  version: string;
  tenant_id: string | null;
  reservation_id: string | null;
  lease_id: string | null;
  quarantine_until: Date | null;
  contract_id?: string | null;
  effective_until?: Date | null;
}

function fromRow(row: Row): Identifier {
  return {
    kind: row.kind,
    value: row.value,
    state: row.state,
    version: Number(row.version),
    tenantId: row.tenant_id ?? undefined,
    reservationId: row.reservation_id ?? undefined,
    leaseId: row.lease_id ?? undefined,
    quarantineUntil: row.quarantine_until ?? undefined,
    ...(row.contract_id && row.effective_until
      ? { contract: { id: row.contract_id, until: row.effective_until } }
      : {}),
  };
}

/** The identifier as last committed (or changed in this transaction), with its block's contract; undefined when it is not in the inventory. */
export async function readIdentifier(sql: Sql, key: IdentifierKey): Promise<Identifier | undefined> {
  const found = await sql.query<Row>(
    `SELECT i.kind, i.value, i.state, i.version, i.tenant_id, i.reservation_id, i.lease_id, i.quarantine_until,
            c.id AS contract_id, c.effective_until
       FROM numbering.identifiers i
       LEFT JOIN numbering.blocks b ON b.id = i.block_id
       LEFT JOIN numbering.contracts c ON c.id = b.contract_id
      WHERE i.kind = $1 AND i.value = $2`,
    [key.kind, key.value],
  );
  const row = found.rows[0];
  return row === undefined ? undefined : fromRow(row);
}

/**
 * The first identifier of a kind, by value, that is AVAILABLE and whose contract is not over at `now`, locked until the transaction ends; those that
 * another transaction holds are left out. `anyState`: whatever its state.
 */
export async function lockFirst(sql: Sql, kind: Kind, now: Date, anyState: boolean): Promise<Identifier | undefined> {
  const found = await sql.query<Row>(
    `SELECT i.kind, i.value, i.state, i.version, i.tenant_id, i.reservation_id, i.lease_id, i.quarantine_until,
            c.id AS contract_id, c.effective_until
       FROM numbering.identifiers i
       LEFT JOIN numbering.blocks b ON b.id = i.block_id
       LEFT JOIN numbering.contracts c ON c.id = b.contract_id
      WHERE i.kind = $1 AND (i.state = 'AVAILABLE' OR $3) AND (c.id IS NULL OR c.effective_until > $2)
      ORDER BY i.value LIMIT 1 FOR UPDATE OF i SKIP LOCKED`,
    [kind, now, anyState],
  );
  const row = found.rows[0];
  return row === undefined ? undefined : fromRow(row);
}

/** The identifiers with these keys, by subject. */
export async function readIdentifiers(
  sql: Sql,
  keys: readonly IdentifierKey[],
): Promise<ReadonlyMap<string, Identifier>> {
  const found = await sql.query<Row>(
    `SELECT i.kind, i.value, i.state, i.version, i.tenant_id, i.reservation_id, i.lease_id, i.quarantine_until
       FROM numbering.identifiers i
       JOIN unnest($1::text[], $2::text[]) AS wanted (kind, value) ON i.kind = wanted.kind AND i.value = wanted.value
      ORDER BY i.kind, i.value`,
    [keys.map((key) => key.kind), keys.map((key) => key.value)],
  );
  return new Map(found.rows.map(fromRow).map((identifier) => [subjectOf(identifier), identifier]));
}

/**
 * Locks up to `limit` identifiers whose quarantine is over by the database's clock, the earliest first, and gives that clock's time; those
 * that another transaction holds are left out.
 */
export async function lockQuarantineOver(
  sql: Sql,
  limit: number,
): Promise<{ over: Identifier[]; at: Date | undefined }> {
  const found = await sql.query<Row & { at: Date }>(
    `SELECT kind, value, state, version, tenant_id, reservation_id, lease_id, quarantine_until, now() AS at
       FROM numbering.identifiers
      WHERE state = 'QUARANTINE' AND quarantine_until <= now()
      ORDER BY quarantine_until, kind, value LIMIT $1 FOR UPDATE SKIP LOCKED`,
    [limit],
  );
  return { over: found.rows.map(fromRow), at: found.rows[0]?.at };
}

/** A page of identifiers of one kind, ordered by value. */
export async function browseIdentifiers(
  sql: Sql,
  page: { kind: Kind; state?: State | undefined; after?: string | undefined; limit: number },
): Promise<Identifier[]> {
  const found = await sql.query<Row>(
    `SELECT kind, value, state, version, tenant_id, reservation_id, lease_id, quarantine_until
       FROM numbering.identifiers
      WHERE kind = $1 AND ($2::text IS NULL OR state = $2) AND value > $3
      ORDER BY value LIMIT $4`,
    [page.kind, page.state ?? null, page.after ?? '', page.limit],
  );
  return found.rows.map(fromRow);
}
