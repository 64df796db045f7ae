/**
 * Brings an empty server to where the services can start: `DATABASE_URL=… node prepare.ts deployments/numbering.ts postgres`
 * runs the migrations and the seed of that component. Running it again changes nothing.
 */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Deployment } from '../../../../contract/index.ts';

const SERVER_ANSWERS_WITHIN_MS = 60_000;

/** A connection to a server that may still be starting. */
async function connect(connectionString: string): Promise<pg.Client> {
  for (const end = performance.now() + SERVER_ANSWERS_WITHIN_MS; ; await sleep(100)) {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2000 });
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      if (performance.now() > end) {
        throw new Error(`PostgreSQL did not answer within ${SERVER_ANSWERS_WITHIN_MS / 1000} s`, { cause: error });
      }
    }
  }
}

/** Runs the seed once; the database's comment remembers which one it was. */
async function seedOnce(client: pg.Client, seed: string): Promise<boolean> {
  const mark = `faultline seed ${createHash('sha256').update(seed).digest('hex').slice(0, 16)}`;
  const { rows } = await client.query<{ mark: string | null; name: string }>(
    `select shobj_description(oid, 'pg_database') as mark, datname as name from pg_database where datname = current_database()`,
  );
  const found = rows[0]!;
  if (found.mark === mark) return false;
  if (found.mark !== null) {
    throw new Error(
      `The database ${found.name} was filled with another seed (${found.mark}, now ${mark}). Begin anew: docker compose down -v`,
    );
  }
  await client.query(`begin; ${seed}; comment on database ${pg.escapeIdentifier(found.name)} is '${mark}'; commit`);
  return true;
}

const [file = '', component = ''] = process.argv.slice(2);
const { DATABASE_URL } = process.env;
const { deployment } = (await import(resolve(file))) as { deployment: Deployment };
const spec = deployment.components.find(({ name }) => name === component);
if (spec?.kind !== 'postgres' || DATABASE_URL === undefined) {
  throw new Error(`Expected DATABASE_URL and the name of a PostgreSQL component of ${file}, found '${component}'`);
}
const client = await connect(DATABASE_URL);
const { migrate } = (await import(resolve(join(process.cwd(), spec.migrate)))) as {
  migrate: (connectionString: string, log: (line: string) => void) => Promise<string[]>;
};
const migrated = await migrate(DATABASE_URL, (line) => process.stderr.write(`${line}\n`));
const seeded = await seedOnce(client, spec.seed);
await client.end();
console.log(`${component}: ${migrated.length} migrations run, ${seeded ? 'seeded' : 'was seeded before'}`);
