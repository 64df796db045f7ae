import { EventEmitter } from 'node:events';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { BEGIN_CONFIRMED, inTransaction, isDatabaseAway } from './postgres.ts';

/** A pool with one connection, whose server says this at COMMIT. */
function pool(severity?: string) {
  const said: string[] = [];
  const released: unknown[] = [];
  const client = Object.assign(new EventEmitter(), {
    query: async (text: string) => {
      said.push(text);
      if (text === 'COMMIT' && severity !== undefined)
        client.emit('notice', { severity, message: 'canceling wait for synchronous replication due to user request' });
    },
    release: (broken: unknown) => void released.push(broken),
  });
  return { said, released, client, pool: { connect: async () => client } as unknown as pg.Pool };
}

test('a commit that the standby did not confirm is no success, and its connection is not used again', async () => {
  const { pool: server, said, released } = pool('WARNING');
  const done = inTransaction(server, async () => 'done', BEGIN_CONFIRMED);
  await expect(done).rejects.toThrow('canceling wait for synchronous replication');
  expect(isDatabaseAway(await done.catch((error: unknown) => error))).toBe(true);
  expect(said).toEqual([BEGIN_CONFIRMED, 'COMMIT']);
  expect(released).toEqual([expect.any(Error)]);
});

test.each([
  ['the server has nothing to say', undefined, BEGIN_CONFIRMED],
  ['the server gives a notice', 'NOTICE', BEGIN_CONFIRMED],
  ['nobody asked for the standby', 'WARNING', 'BEGIN'],
] as const)('a commit is a success where %s', async (_, severity, begin) => {
  const { pool: server, released, client } = pool(severity);
  expect(await inTransaction(server, async () => 'done', begin)).toBe('done');
  expect(released).toEqual([false]);
  expect(client.eventNames()).toEqual([]);
});
