import path from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import type { PostgresSpec } from '../../../contract/index.ts';
import { documentOperators } from '../scale/document-sql.ts';

/** Real time. */
const TIMEOUT_MS = 60_000;

type Migrate = (connectionString: string) => Promise<unknown>;

/**
 * Gives a run its database as the deployment says: a copy of one that was migrated and filled once for this server. No
 * service may be connected.
 * @param port of 127.0.0.1
 */
export async function freshDatabase(spec: PostgresSpec, port: number, speed: number): Promise<void> {
  const template = `${spec.database}_template`;
  await connected(port, 'postgres', async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [template]);
    if (rowCount === 0) {
      // Under another name until it is complete: a run that is ended in between leaves no half-filled template.
      const making = `${template}_making`;
      await client.query(`drop database if exists ${making} with (force)`);
      await client.query(`create database ${making}`);
      const { migrate } = (await import(pathToFileURL(path.resolve(spec.migrate)).href)) as { migrate: Migrate };
      await migrate(`postgres://postgres@127.0.0.1:${port}/${making}`);
      await connected(port, making, (filling) => filling.query(spec.seed));
      await client.query(`alter database ${making} rename to ${template}`);
    }
    await client.query(`drop database if exists ${spec.database} with (force)`);
    await client.query(`create database ${spec.database} template ${template}`);
  });
  await connected(port, spec.database, (client) => client.query(`${documentOperators(speed)} ${spec.today ?? ''}`));
}

/**
 * Whether the server waits for the disk at each commit: at the document's pace as ever. Faster, a disk does not keep up with the
 * other clocks (an fsync of 50 ms would be half a second of the document's), and what a killed server wrote is not lost by it:
 * no machine loses its power here.
 * @param port of 127.0.0.1
 */
export async function waitForDisk(port: number, speed: number): Promise<void> {
  await connected(port, 'postgres', async (client) => {
    await client.query(speed === 1 ? 'alter system reset fsync' : 'alter system set fsync = off');
    await client.query('select pg_reload_conf()');
  });
}

async function connected<T>(port: number, database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    database,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  client.on('error', () => {}); // the statement itself rejects
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
