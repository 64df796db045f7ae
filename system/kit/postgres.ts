/** PostgreSQL: the pool, transactions, and which errors mean that the database is away. */
import pg from 'pg';
import type { Logger } from './logging.ts';
import { count, milliseconds, url } from './config.ts';
import { PreparedClient } from './prepared-client.ts';

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
};

export interface PostgresOptions {
  readonly DATABASE_URL: string;
  readonly PG_POOL_MAX: number;
  readonly PG_CONNECT_TIMEOUT_MS: number;
  readonly PG_STATEMENT_TIMEOUT_MS: number;
  readonly PG_IDLE_TIMEOUT_MS: number;
}

/** A pool whose every wait is bounded: for a connection, for a statement on the server, for its answer. */
export function createPool(options: PostgresOptions, service: string, log: Logger): pg.Pool {
  const pool = new pg.Pool({
    Client: PreparedClient,
    connectionString: options.DATABASE_URL,
    application_name: service,
    max: options.PG_POOL_MAX,
    connectionTimeoutMillis: options.PG_CONNECT_TIMEOUT_MS,
    statement_timeout: options.PG_STATEMENT_TIMEOUT_MS,
    query_timeout: options.PG_STATEMENT_TIMEOUT_MS + 1000,
    idleTimeoutMillis: options.PG_IDLE_TIMEOUT_MS,
    keepAlive: true,
  });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle PostgreSQL connection failed'));
  return pool;
}

/**
 * Runs `work` in a transaction (READ COMMITTED) and returns its result once the commit is confirmed.
 * A connection that failed, or on which the rollback fails, is not used again.
 */
export async function inTransaction<T>(pool: pg.Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
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

const AWAY_CLASSES = ['08', '53', '57', '58'];
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
