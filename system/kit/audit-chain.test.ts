import { describe, expect, test } from 'vitest';
import { AUDIT_ROOT, auditHash } from './audit.ts';
import { ChainVerifier, type ChainRow } from './audit-chain.ts';

function chain(length: number): ChainRow[] {
  const rows: ChainRow[] = [];
  for (let seq = 1; seq <= length; seq += 1) {
    const entry = { actor: 'a', action: 'assigned', subject: `MSISDN:${seq}`, version: 2, detail: { n: seq } };
    const at = new Date(seq * 1000).toISOString();
    const prevHash = rows.at(-1)?.hash ?? AUDIT_ROOT;
    rows.push({ ...entry, seq, at, prevHash, hash: auditHash(prevHash, seq, at, entry) });
  }
  return rows;
}

const rows = chain(9);
const last = rows[8] as ChainRow;
const changed = (seq: number): ChainRow => ({ ...(rows[seq - 1] as ChainRow), actor: 'forger' });
const recomputed = (seq: number): ChainRow => {
  const row = changed(seq);
  return { ...row, hash: auditHash(row.prevHash, row.seq, row.at, row) };
};
const without = (seq: number): ChainRow[] => rows.filter((row) => row.seq !== seq);

function verify(given: readonly ChainRow[], head = last): unknown {
  const verifier = new ChainVerifier();
  for (const row of given) verifier.add(row);
  return verifier.end(head);
}

describe('a chain', () => {
  test('that nobody touched is intact', () => {
    expect(verify(rows)).toBeUndefined();
    expect(verify([], { ...last, seq: 0, hash: AUDIT_ROOT })).toBeUndefined();
  });

  test.each([
    ['a changed row', rows.with(4, changed(5)), 5, 'does not fit its hash'],
    ['a changed row with its hash computed anew', rows.with(4, recomputed(5)), 5, 'computed anew'],
    ['the last row changed, with its hash', rows.with(8, recomputed(9)), 9, 'computed anew'],
    ['a removed row', without(5), 5, 'is missing'],
    ['the first row removed', without(1), 1, 'is missing'],
    ['the last row removed', without(9), 9, 'is missing'],
    ['two changes: the first is named', rows.with(4, changed(5)).with(6, changed(7)), 5, 'does not fit'],
  ])('names the first offending row: %s', (_, given, seq, reason) => {
    expect(verify(given)).toEqual({ seq, reason: expect.stringContaining(reason) });
  });
});
