import pg from 'pg';

/** Makes the one table: a slot, and who has claimed it first. */
export async function migrate(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(
      'create schema canary; create table canary.claims (slot int primary key, owner text not null, claimed_at timestamptz not null)',
    );
  } finally {
    await client.end();
  }
}
