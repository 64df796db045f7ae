import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../redis/testing/real-redis.ts';
import { PgBouncer } from './bouncer.ts';
import { RealPgbouncer, realPgbouncer } from './testing/real-pgbouncer.ts';
import { RealPostgres } from './testing/real-postgres.ts';
import { SESSIONS } from './testing/sessions.ts';

const version = realPgbouncer();
let postgres: RealPostgres;

beforeAll(async () => {
  postgres = await RealPostgres.start();
});
afterAll(() => postgres.stop());

/** One server for all clients, so that what one of them does is seen by the next. */
const setup = (config: Readonly<Record<string, string>> = {}): ConstructorParameters<typeof PgBouncer>[0] => ({
  databases: { pooled: { host: '127.0.0.1', port: postgres.port, database: 'postgres' } },
  config: { pool_mode: 'transaction', default_pool_size: '1', admin_users: 'postgres', ...config },
});

async function ours(config?: Readonly<Record<string, string>>): Promise<{ port: number; stop: () => void }> {
  const port = await freePort();
  const bouncer = new PgBouncer(setup(config));
  bouncer.listen(port, '127.0.0.1');
  return { port, stop: () => bouncer.close() };
}

describe.skipIf(version === undefined)(
  `as PgBouncer ${version ?? ''} answers (skipped: no pgbouncer from 1.21 on PATH)`,
  () => {
    it.each(Object.keys(SESSIONS))('%s', async (name) => {
      const session = SESSIONS[name];
      if (session === undefined) throw new Error(name);
      const real = await RealPgbouncer.start(setup(session.config));
      const expected = await session.run({ port: real.port, postgres });
      await real.stop();
      const own = await ours(session.config);
      const seen = await session.run({ port: own.port, postgres });
      own.stop();
      expect(seen).toEqual(expected);
    });
  },
);

it('refuses a setting that it does not know', () => {
  expect(() => new PgBouncer(setup({ pool_mod: 'session' }))).toThrow(/pool_mod is not known/);
});
