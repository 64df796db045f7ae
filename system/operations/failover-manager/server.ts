/** One PostgreSQL server, as the manager sees it from outside. */
import pg from 'pg';

/** What a server says of itself. Positions are in bytes of the log. */
export interface Report {
  readonly inRecovery: boolean;
  /** Grows by one with each promotion in the history of the server's data. */
  readonly timeline: number;
  /** Of a primary what it has written, of a standby what it has received. */
  readonly position: number;
  /** Standbys that stream from it, with how far they have replayed. */
  readonly standbys: readonly { readonly name: string; readonly streaming: boolean; readonly replayed: number }[];
  readonly synchronousStandby: string;
  /** Sessions begin read-only (`default_transaction_read_only`): of a primary, what a failback asks for. */
  readonly refusesWrites: boolean;
}

/** Positions as numbers of bytes: logs are shorter than 2^53. `received` is null before a standby has ever streamed. */
const REPORT = `
  SELECT pg_is_in_recovery() AS in_recovery,
    CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id FROM pg_control_checkpoint())
      ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END AS timeline,
    (CASE WHEN pg_is_in_recovery() THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
      ELSE pg_current_wal_lsn() END - '0/0')::float8 AS position,
    coalesce((SELECT json_agg(json_build_object('name', application_name, 'streaming', state = 'streaming',
      'replayed', coalesce(replay_lsn - '0/0', 0)) ORDER BY application_name) FROM pg_stat_replication), '[]') AS standbys,
    current_setting('synchronous_standby_names') AS synchronous,
    current_setting('default_transaction_read_only')::boolean AS refuses_writes`;

/** Talks to one server by SQL; every call is bounded. */
export class Server {
  readonly name: string;
  readonly #connectionString: string;
  readonly #timeoutMs: number;
  #client: pg.Client | undefined;

  constructor(name: string, connectionString: string, timeoutMs: number) {
    this.name = name;
    this.#connectionString = connectionString;
    this.#timeoutMs = timeoutMs;
  }

  /** @returns undefined when it does not answer in time */
  async probe(): Promise<Report | undefined> {
    try {
      const { rows } = await this.query<{
        in_recovery: boolean;
        timeline: number;
        position: number;
        standbys: { name: string; streaming: boolean; replayed: number }[];
        synchronous: string;
        refuses_writes: boolean;
      }>(REPORT);
      const row = rows[0];
      if (row === undefined) return undefined;
      return {
        inRecovery: row.in_recovery,
        timeline: row.timeline,
        position: row.position,
        standbys: row.standbys,
        synchronousStandby: row.synchronous.replaceAll('"', ''),
        refusesWrites: row.refuses_writes,
      };
    } catch {
      return undefined;
    }
  }

  /** @throws when the server does not answer in time, or refuses; the connection is not used again then */
  async query<Row extends pg.QueryResultRow>(text: string): Promise<pg.QueryResult<Row>> {
    let client = this.#client;
    try {
      if (client === undefined) {
        const made = this.#newClient();
        made.on('error', () => this.#forget(made));
        client = made;
        await made.connect();
        this.#client ??= made;
      }
      const config = { text, query_timeout: this.#timeoutMs };
      return await client.query<Row>(config);
    } catch (error) {
      if (client !== undefined) this.#forget(client);
      throw error;
    } finally {
      // Somebody else had asked meanwhile, and made the one that is kept.
      if (client !== undefined && client !== this.#client) this.#forget(client);
    }
  }

  #newClient(): pg.Client {
    return new pg.Client({
      connectionString: this.#connectionString,
      application_name: 'failover-manager',
      connectionTimeoutMillis: this.#timeoutMs,
    });
  }

  #forget(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined;
    client.end().catch(() => {});
  }

  /**
   * Tells it to promote itself, over a connection of its own: a probe would wait behind that, and break the connection off when its time is up.
   * Once told it goes on by itself, so nobody has to wait here.
   * @returns why it has not said that it did so, which does not mean that it did not; undefined: it has said so
   * @throws when it could not be told
   */
  async promote(): Promise<Error | undefined> {
    const client = this.#newClient();
    // What ends the connection ends the statement, too, and is heard there.
    client.on('error', () => {});
    try {
      await client.connect();
      const config = { text: 'SELECT pg_promote(true, 60)', query_timeout: this.#timeoutMs };
      return await client.query(config).then(
        () => undefined,
        (error: Error) => error,
      );
    } finally {
      client.end().catch(() => {});
    }
  }

  /** Names the standby that has to confirm commits of those who ask for it; empty: none. */
  async setSynchronousStandby(name: string): Promise<void> {
    await this.query(`ALTER SYSTEM SET synchronous_standby_names = ${name === '' ? `''` : `'"${name}"'`}`);
    await this.query('SELECT pg_reload_conf()');
  }

  /** Refuses further writes and ends the sessions of this account, the services', so that nothing is under way any more. */
  async refuseWrites(): Promise<void> {
    await this.query('ALTER SYSTEM SET default_transaction_read_only = on');
    await this.query('SELECT pg_reload_conf()');
    await this.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND usename = current_user AND pid <> pg_backend_pid() ORDER BY pid`,
    );
  }

  async takeWrites(): Promise<void> {
    await this.query('ALTER SYSTEM RESET default_transaction_read_only');
    await this.query('SELECT pg_reload_conf()');
  }

  async close(): Promise<void> {
    await this.#client?.end();
  }
}
