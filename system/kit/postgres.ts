/** PostgreSQL: the pool, transactions, and which errors mean that the database is away. */
import pg from 'pg';
import type { Logger } from './logging.ts';
import { count, flag, milliseconds, url } from './config.ts';
import { FollowingPool } from './following-pool.ts';
import { PreparedClient } from './prepared-client.ts';
import { primaryConfig, type PrimaryOptions } from './primary.ts';

/** Anything that runs SQL: the pool or a client inside a transaction. */
export interface Sql {
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>>;
}

/** Environment of a service that uses PostgreSQL. */
export const postgresConfig = {
  DATABASE_URL: url(['postgres', 'postgresql'], 'postgres://numbering:secret@postgres:5432/numbering'),
  PG_POOL_MAX: count(10),
  PG_CONNECT_TIMEOUT_MS: milliseconds(2000),
  PG_STATEMENT_TIMEOUT_MS: milliseconds(5000),
  PG_IDLE_TIMEOUT_MS: milliseconds(300_000),
  STANDBY_CONFIRMATION: flag(false),
  ...primaryConfig,
};

export interface PostgresOptions extends PrimaryOptions {
  readonly DATABASE_URL: string;
  readonly PG_POOL_MAX: number;
  readonly PG_CONNECT_TIMEOUT_MS: number;
  readonly PG_STATEMENT_TIMEOUT_MS: number;
  readonly PG_IDLE_TIMEOUT_MS: number;
  /** What must last is confirmed by the synchronous standby. */
  readonly STANDBY_CONFIRMATION: boolean;
}

/**
 * A pool whose every wait is bounded: for a connection, for a statement on the server, for its answer. It leads to the primary:
 * to `DATABASE_URL`, or with `FAILOVER_MANAGER_URL` to the candidate that the manager names.
 */
export function createPool(options: PostgresOptions, service: string, log: Logger): pg.Pool {
  const { FAILOVER_MANAGER_URL } = options;
  if (FAILOVER_MANAGER_URL === undefined) return createPoolAt(options.DATABASE_URL, options, service, log);
  return new FollowingPool({ ...options, FAILOVER_MANAGER_URL }, log, (connectionString) =>
    createPoolAt(connectionString, options, service, log),
  );
}

/** The same for one server, whatever its role: a replica, for reads that may be a little old. */
export function createPoolAt(
  connectionString: string,
  options: PostgresOptions,
  service: string,
  log: Logger,
): pg.Pool {
  const pool = new pg.Pool({
    Client: PreparedClient,
    connectionString,
    application_name: service,
    max: options.PG_POOL_MAX,
    connectionTimeoutMillis: options.PG_CONNECT_TIMEOUT_MS,
    statement_timeout: options.PG_STATEMENT_TIMEOUT_MS,
    query_timeout: options.PG_STATEMENT_TIMEOUT_MS + 1000,
    idleTimeoutMillis: options.PG_IDLE_TIMEOUT_MS,
    keepAlive: true,
  });
  // Its text only: the error holds the whole client.
  pool.on('error', (error) => log.warn({ err: error.message }, 'an idle PostgreSQL connection failed'));
  return pool;
}

/**
 * Begins a transaction whose commit waits until the synchronous standby, if the server has one, has it too. The commit of one that neither
 * writes nor locks a row waits for nothing.
 */
export const BEGIN_CONFIRMED = 'BEGIN; SET LOCAL synchronous_commit = on';

/** How a transaction begins. */
export type Begin = 'BEGIN' | typeof BEGIN_CONFIRMED;

/** How a transaction begins whose effect must outlive its server: a message that is acknowledged after it does not come again. */
export function lastingBegin({ STANDBY_CONFIRMATION }: Pick<PostgresOptions, 'STANDBY_CONFIRMATION'>): Begin {
  return STANDBY_CONFIRMATION ? BEGIN_CONFIRMED : 'BEGIN';
}

/**
 * Runs `work` in a transaction (READ COMMITTED) and returns its result once the commit is confirmed, with BEGIN_CONFIRMED by the standby too.
 * A connection that failed, or on which the rollback fails, is not used again.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (sql: Sql) => Promise<T>,
  begin: Begin = 'BEGIN',
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query(begin);
    const result = await work(client);
    await commit(client, begin === BEGIN_CONFIRMED);
    return result;
  } catch (error) {
    if (isDatabaseAway(error)) {
      broken = error as Error; // its state is unknown and a ROLLBACK might hang: the server rolls back when the connection is closed
    } else {
      await client.query('ROLLBACK').catch((rollbackError: Error) => {
        broken = rollbackError;
      });
    }
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken ?? false);
  }
}

/**
 * A server that gives up waiting for its standby (a time-out, a cancellation) says COMMIT all the same, and warns: the change is here,
 * and may be lost with this server.
 * @throws Unconfirmed
 */
async function commit(client: pg.PoolClient, confirmed: boolean): Promise<void> {
  let warning: string | undefined;
  const onNotice = ({ severity, message }: { severity?: string | undefined; message?: string | undefined }): void => {
    if (severity === 'WARNING') warning = message;
  };
  if (confirmed) client.on('notice', onNotice);
  try {
    await client.query('COMMIT');
  } finally {
    client.off('notice', onNotice);
  }
  if (warning !== undefined) throw new Unconfirmed(warning);
}

/** Committed here and nowhere else: as good as a commit whose answer was lost. */
class Unconfirmed extends Error {
  override readonly name = 'Unconfirmed';
  readonly code = UNCONFIRMED;
}

const AWAY_CLASSES = ['08', '53', '57', '58'];
const UNCONFIRMED = 'EUNCONFIRMED';
const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '25006', // read-only transaction: this is not the primary
  'ENOPRIMARY', // primary.ts
  UNCONFIRMED,
]);

/**
 * True when `error` says that the database cannot be used now (connection lost or refused, out of connections, shutting down, cancelled, time-outs),
 * as opposed to a statement that is wrong.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string')
    return AWAY_CODES.has(code) || (code.length === 5 && AWAY_CLASSES.includes(code.slice(0, 2)));
  // pg and pg-pool throw these without a code
  return /^(Connection terminated|timeout (expired|exceeded)|Query read timeout|Client (has encountered|was closed))/.test(
    error.message,
  );
}
