import { expect, test } from 'vitest';
import type { Sql } from '../../kit/postgres.ts';
import { openIncident } from './incidents.ts';

const FOUND = { id: 'i2', kind: 'SECURITY', subject: 'AUDIT-CHAIN', detail: 'the audit chain is broken' };

/** The table with one open incident, which a transaction under way is closing: whoever asks for its lock waits for that, and an insertion meets it as open. */
function closing(commits: boolean): Sql {
  let open = true;
  const query = async (text: string): Promise<{ rows: object[] }> => {
    if (text.includes('FOR UPDATE') && commits) open = false;
    return { rows: text.includes('INSERT') === open ? [] : [FOUND] };
  };
  return { query } as unknown as Sql;
}

test('an incident that is being closed is waited for, and a new one opened', async () => {
  expect(await openIncident(closing(true), FOUND)).toBe(true);
});

test('while one is open no other is opened', async () => {
  expect(await openIncident(closing(false), FOUND)).toBe(false);
});
