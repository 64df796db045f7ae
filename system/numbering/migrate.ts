/** Brings a database to the newest schema of numbering: `DATABASE_URL=… node system/numbering/migrate.ts`. Outside the services' life. */
import { join } from 'node:path';
import { runner } from 'node-pg-migrate';
import { readConfig } from '../kit/config.ts';
import { postgresConfig } from '../kit/postgres.ts';
import { startOrExit } from '../kit/shutdown.ts';

/**
 * Runs the migrations that have not been run, each in a transaction, under a lock; running it again changes nothing.
 * @returns the names of the migrations that were run
 */
export async function migrate(connectionString: string, log: (line: string) => void = () => {}): Promise<string[]> {
  const done = await runner({
    databaseUrl: connectionString,
    dir: join(import.meta.dirname, 'migrations'),
    direction: 'up',
    migrationsTable: 'numbering_migrations',
    checkOrder: true,
    logger: { debug: () => {}, info: () => {}, warn: log, error: log },
  });
  return done.map((migration) => migration.name);
}

if (import.meta.main) {
  await startOrExit(async () => {
    const { DATABASE_URL } = readConfig({ DATABASE_URL: postgresConfig.DATABASE_URL }, process.env);
    const names = await migrate(DATABASE_URL, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(names.length === 0 ? 'The schema is up to date.\n' : `Migrated: ${names.join(', ')}\n`);
  });
}
