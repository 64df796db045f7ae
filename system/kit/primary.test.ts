import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import { readConfig } from './config.ts';
import { NoPrimaryError, PrimaryLocator, primaryConfig } from './primary.ts';
import { isDatabaseAway } from './postgres.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

test('nobody is written to before the manager was heard', async () => {
  const { locator } = await follow();
  expect(() => locator.primary).toThrow(NoPrimaryError);
});

test('the manager says who, and each change is told', async () => {
  const { locator, says, changes } = await follow();
  says({ term: 1, primary: 'a' });
  locator.start();
  await vi.waitFor(() => expect(locator.primary).toBe('a'));
  says({ term: 1, primary: null });
  await vi.waitFor(() => expect(() => locator.primary).toThrow('There is no primary now.'));
  says({ term: 2, primary: 'b' });
  await vi.waitFor(() => expect(locator.primary).toBe('b'));
  expect(changes).toEqual(['a', undefined, 'b']);
});

test('an answer of an earlier term is not believed', async () => {
  const { locator, says, changes } = await follow();
  says({ term: 2, primary: 'b' });
  locator.start();
  await vi.waitFor(() => expect(locator.primary).toBe('b'));
  says({ term: 1, primary: 'a' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(changes).toEqual(['b']);
});

test('who has not heard from the manager within the lease does not write', async () => {
  const { locator, says, stop } = await follow();
  says({ term: 1, primary: 'a' });
  locator.start();
  await vi.waitFor(() => expect(locator.primary).toBe('a'));
  stop();
  await vi.waitFor(() => expect(() => locator.primary).toThrow('not heard within the lease'), { timeout: 2000 });
});

test('having no primary is an outage of the database, not a mistake', () => {
  expect(isDatabaseAway(new NoPrimaryError('none'))).toBe(true);
});

test('servers are named by their URLs', () => {
  const { DATABASE_CANDIDATES } = readConfig(primaryConfig, {
    DATABASE_CANDIDATES: 'a=postgres://x/n, b=postgres://y/n',
  });
  expect([...(DATABASE_CANDIDATES ?? [])]).toEqual([
    ['a', 'postgres://x/n'],
    ['b', 'postgres://y/n'],
  ]);
  expect(() => readConfig(primaryConfig, { DATABASE_CANDIDATES: 'postgres://x/n' })).toThrow(
    'DATABASE_CANDIDATES must be like',
  );
});

/** A manager that answers what it is told to, and a locator that asks it every 10 ms under a lease of 200 ms. */
async function follow() {
  let answer: object | undefined;
  const server = createServer((_request, response) => {
    if (answer === undefined) response.writeHead(503).end('{}');
    else response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const changes: (string | undefined)[] = [];
  const locator = new PrimaryLocator(
    {
      FAILOVER_MANAGER_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      PRIMARY_LEASE_MS: 200,
      PRIMARY_POLL_MS: 10,
      PRIMARY_TIMEOUT_MS: 100,
    },
    pino({ level: 'silent' }),
    (primary) => changes.push(primary),
  );
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  cleanups.push(stop, () => locator.stop());
  return {
    locator,
    changes,
    stop,
    says: (next: object) => {
      answer = next;
    },
  };
}
