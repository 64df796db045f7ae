import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Sql } from '../../kit/postgres.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import type { Identifier } from '../domain/identifiers.ts';
import { CONFLICT_COUNTER, Conflicts } from './conflicts.ts';

const CURRENT: Identifier = {
  kind: 'MSISDN',
  value: '+93700000001',
  state: 'RESERVED',
  version: 7,
  tenantId: 'winner',
  reservationId: undefined,
  leaseId: undefined,
  quarantineUntil: undefined,
};

test('a lost race is counted, refused with the state as it is, and told by one event that names no winner', async () => {
  const { conflicts, counted, stored } = made();
  const refusal = conflicts.met('CAS_RACE', CURRENT);
  await conflicts.tell(refusal, 'loser');
  expect(counted).toEqual(['CAS_RACE']);
  expect(refusal.members).toEqual({ currentState: 'RESERVED', currentVersion: 7 });
  expect(stored).toHaveLength(1);
  expect(stored[0]).toMatchObject({ kind: 'MSISDN', state: 'RESERVED', version: 7, loser: 'loser' });
  expect(JSON.stringify(stored)).not.toContain('winner');
});

test('a refusal of what was not free when it was looked at is counted and not told, and neither is another error', async () => {
  const { conflicts, counted, stored } = made();
  await conflicts.tell(conflicts.met('STATE', CURRENT), 'loser');
  await conflicts.tell(new Error('other'), 'loser');
  expect([counted, stored]).toEqual([['STATE'], []]);
});

test('without the counter nothing is counted', () => {
  const { conflicts, counted } = made(CONFLICT_COUNTER.name);
  conflicts.met('CAS_RACE', CURRENT);
  expect(counted).toEqual([]);
});

test('an event that cannot be stored changes nothing for the caller', async () => {
  const { conflicts } = made();
  const refusal = conflicts.met('CAS_RACE', CURRENT);
  failing = true;
  await expect(conflicts.tell(refusal, 'loser')).resolves.toBeUndefined();
});

let failing = false;

function made(...off: string[]) {
  failing = false;
  const counted: string[] = [];
  const stored: unknown[] = [];
  const sql = {
    async query(_text: string, values: unknown[]) {
      if (failing) throw new Error('away');
      stored.push(...(values[4] as string[]).map((payload) => JSON.parse(payload) as unknown));
      return { rows: [] };
    },
  } as unknown as Sql;
  const safeguards = new Safeguards([CONFLICT_COUNTER], off);
  const metrics = { conflict: (kind: string) => void counted.push(kind) };
  return { conflicts: new Conflicts(sql, safeguards, metrics, pino({ level: 'silent' })), counted, stored };
}
