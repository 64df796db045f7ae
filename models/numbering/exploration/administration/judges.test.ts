import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Operation } from '../../../../contract/index.ts';
import { computedHash } from '../../administration/audit-row.ts';
import { operation, wall } from '../../invariants/testing.ts';
import { explored, refusal, verdict } from '../testing.ts';
import { backups } from './backups.ts';
import { dailyRuns } from './daily-runs.ts';
import { exports } from './exports.ts';
import { terms } from './terms.ts';
import { trail } from './trail.ts';

const iso = (run: number): string => new Date(wall(run)).toISOString();
const NUMBER = { kind: 'MSISDN', value: '+93710000001', operator: 'Roshan' };

const filed = (at: number, version: number, until: number, parts: Partial<Operation> = {}): Operation =>
  operation('file-term', at, {
    input: { contractId: 'Roshan', version, effectiveUntil: iso(until), signed: true },
    ...parts,
  });
const leased = (at: number, until: number, parts: Partial<Operation> = {}): Operation =>
  operation('assign', at, { input: NUMBER, result: { ...NUMBER, leaseId: 'l1', validUntil: iso(until) }, ...parts });
const forged = { input: { contractId: 'Roshan', version: 2, effectiveUntil: iso(90_000), signed: false } };

test.each([
  ['a lease under the first term', [leased(0, 80_000)], []],
  ['a lease until the end of its term', [filed(0, 2, 5000), leased(100, 5000)], []],
  ['a refusal after the end', [filed(0, 2, 5000), leased(5001, 0, refusal('CONTRACT_EXPIRED'))], []],
  [
    'a lease while a longer term is filed',
    [filed(0, 2, 1000), filed(1995, 3, 9000, { completedAt: 2100 }), leased(2000, 9000)],
    [],
  ],
  [
    'a lease by a term of which nobody knows whether it was filed',
    [filed(0, 2, 1000), filed(1500, 3, 9000, { outcome: 'info' }), leased(2000, 9000)],
    [],
  ],
  ['a repeat of what was done in time', [filed(0, 2, 1000), leased(5000, 1000, { result: { replayed: true } })], []],
  ['a forged term that is refused', [filed(0, 2, 90_000, { ...forged, ...refusal('SIGNATURE_INVALID') })], []],
  ['a forged term that is filed', [filed(0, 2, 90_000, forged)], ['answers:term-is-signed']],
  [
    'a term of its operator that is refused as forged',
    [filed(0, 2, 90_000, refusal('SIGNATURE_INVALID'))],
    ['answers:term-is-signed'],
  ],
  ['a lease after the end', [filed(0, 2, 1000), leased(2000, 1000)], ['answers:contract-is-over']],
  ['a lease that outlasts its term', [filed(0, 2, 5000), leased(100, 6000)], ['answers:lease-within-term']],
  [
    'a refusal before the end',
    [filed(0, 2, 5000), leased(100, 0, refusal('CONTRACT_EXPIRED'))],
    ['answers:contract-lasts'],
  ],
  [
    'a refusal of a number that is under no contract',
    [leased(0, 0, { input: { kind: 'MSISDN', value: '+93701000001' }, ...refusal('CONTRACT_EXPIRED') })],
    ['answers:contract-lasts'],
  ],
] as const)('terms: %s', (_, operations, expected) => {
  expect(verdict(terms, explored(operations))).toEqual(expected);
});

const verified = (at: number, broken: 0 | 1): Operation =>
  operation('verify-audit', at, { result: { rows: 9, broken, backedUp: 0 } });
const tampered = (at: number, parts: Partial<Operation> = {}): Operation =>
  operation('tamper', at, { result: { seq: 4 }, ...parts });
const putBack = (at: number, parts: Partial<Operation> = {}): Operation =>
  operation('put-back', at, { input: { seq: 4 }, ...parts });
const anchored = (signedBy: string, parts: Partial<Operation> = {}): Operation =>
  operation('re-anchor', 800, { input: { signedBy, incidentId: 'i1' }, ...parts });
const found = { auditVerifications: [{ at: wall(300), intact: false, rows: 9, first_bad_seq: 4 }] };

test.each([
  ['what nobody altered is intact', [verified(0, 0)], {}, []],
  ['what was altered is found', [tampered(0), verified(300, 1)], found, []],
  ['what was put back is intact', [tampered(0), putBack(100), verified(300, 0)], {}, []],
  [
    'what was restored is intact',
    [tampered(0), { ...putBack(100), name: 'restore-audit-row' }, verified(300, 0)],
    {},
    [],
  ],
  ['what is altered meanwhile may be missed', [verified(0, 0), tampered(5)], {}, []],
  ['what was altered when nobody knows may be found', [tampered(0, { outcome: 'info' }), verified(300, 1)], found, []],
  ['three officers', [anchored('all')], {}, []],
  ['two officers, refused', [anchored('two', refusal('SIGN_OFF_MISSING'))], {}, []],
  ['what was altered is missed', [tampered(0), verified(300, 0)], {}, ['answers:tampering-is-found']],
  [
    'what was put back in vain is missed',
    [tampered(0), putBack(100, refusal('NOT_FOUND')), verified(300, 0)],
    {},
    ['answers:tampering-is-found'],
  ],
  ['what nobody altered is broken', [verified(300, 1)], found, ['answers:broken-by-somebody']],
  ['two officers', [anchored('two')], {}, ['answers:anchored-by-three']],
  ['one in the name of another', [anchored('another')], {}, ['answers:anchored-by-three']],
  ['three officers, refused', [anchored('all', refusal('SIGN_OFF_MISSING'))], {}, ['answers:anchored-by-three']],
] as const)('the audit trail: %s', (_, operations, tables, expected) => {
  expect(verdict(trail, explored(operations, {}, tables as never))).toEqual(expected);
});

const made = (at: number, parts: Partial<Operation> = {}): Operation =>
  operation('generate-export', at, { input: { month: '2025-12' }, result: { sha256: 'a', rows: 1 }, ...parts });
const looked = (...files: readonly object[]): Operation =>
  operation('look-at-exports', 0, { result: { found: files } });
const done = (at: number): object => ({ exports: [{ month: '2025-12', status: 'DONE', done_at: wall(at) }] });
const incident = (from: number, to: number | null): object => ({
  incidents: [{ id: 'i1', subject: 'AUDIT-CHAIN', opened_at: wall(from), closed_at: to === null ? null : wall(to) }],
});
const halted = (at: number): Operation => made(at, refusal('EXPORT_HALTED'));

test.each([
  ['a file with its signature', [looked({ month: '2025-12', sha256: 'a', signed: 'a' })], {}, []],
  ['made twice with one result', [made(0), made(100)], done(5), []],
  ['given as it is while the chain is broken', [verified(0, 1), made(500)], done(-100), []],
  ['made after the re-anchoring', [verified(0, 1), anchored('all'), made(900)], done(905), []],
  ['halted by an incident', [halted(500)], incident(100, null), []],
  ['halted while the incident is closed', [anchored('all'), halted(805)], incident(100, 800), []],
  ['a file without a signature', [looked({ month: '2025-12', sha256: 'a' })], {}, ['answers:file-is-signed']],
  [
    'a file with the signature of another',
    [looked({ month: '2025-12', sha256: 'a', signed: 'b' })],
    {},
    ['answers:file-is-signed'],
  ],
  ['made twice with two results', [made(0), made(100, { result: { sha256: 'b' } })], done(5), ['answers:one-export']],
  ['made while the chain is known broken', [verified(0, 1), made(500)], done(505), ['answers:halted-while-broken']],
  ['halted by nothing', [halted(500)], {}, ['answers:halted-by-incident']],
  ['halted before the incident', [halted(500)], incident(600, null), ['answers:halted-by-incident']],
  ['halted after the incident', [anchored('all'), halted(900)], incident(100, 800), ['answers:halted-by-incident']],
] as const)('an export: %s', (_, operations, tables, expected) => {
  expect(verdict(exports, explored(operations, {}, tables as never))).toEqual(expected);
});

const run = (parts: object = {}): object => ({
  job: 'audit-chain-verify',
  started_at: wall(0),
  ended_at: wall(100),
  detail: { rows: 2, broken: 0 },
  ...parts,
});
const intact = { at: wall(50), intact: true, rows: 2, first_bad_seq: null };
const stretch = { from_seq: 1, to_seq: 2, at: wall(90) };

test.each([
  ['verified and backed up', [run()], [intact], [stretch], []],
  ['that found the trail broken', [run()], [{ ...intact, intact: false }], [], []],
  ['that was switched off', [run({ detail: { skipped: 1 } })], [], [], []],
  ['that looked at contracts', [run({ job: 'contract-check', detail: { contracts: 5 } })], [], [], []],
  ['that verified nothing', [run()], [{ ...intact, at: wall(200) }], [stretch], ['answers:run-has-done-its-work']],
  ['that backed up less', [run()], [intact], [{ ...stretch, to_seq: 1 }], ['answers:run-has-done-its-work']],
  ['whose backup came later', [run()], [intact], [{ ...stretch, at: wall(101) }], ['answers:run-has-done-its-work']],
  [
    'that looked at no contract',
    [run({ job: 'contract-check', detail: {} })],
    [],
    [],
    ['answers:run-has-done-its-work'],
  ],
] as const)('a daily run: %s', (_, jobRuns, auditVerifications, auditBackups, expected) => {
  expect(verdict(dailyRuns, explored([], {}, { jobRuns, auditVerifications, auditBackups } as never))).toEqual(
    expected,
  );
});

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const backupKey = [{ publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') }];

/** Rows of a trail, as its backup has them. */
const ROWS = ((): readonly object[] => {
  let prevHash = '0'.repeat(64);
  return [1, 2, 3, 4].map((seq) => {
    const entry = { seq, at: iso(seq), actor: 'a', action: 'renewed', subject: 'CONTRACT:a', version: seq, detail: {} };
    const row = { ...entry, prevHash, hash: computedHash({ ...entry, prev_hash: prevHash }) };
    prevHash = row.hash;
    return row;
  });
})();
const auditHashes = ROWS.map((row) => ({ ...row }));
const segment = (
  from: number,
  to: number,
  parts: object = {},
  rows: readonly object[] = ROWS.slice(from - 1, to),
): object => {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const signature = sign(null, Buffer.from(text), privateKey).toString('base64');
  return { from_seq: from, to_seq: to, object_key: `audit/${from}-${to}.ndjson`, signature, at: 0, text, ...parts };
};
const alteredRow = { ...ROWS[0], actor: 'b' };
const sha = createHash('sha256').digest('hex');

test.each([
  ['nothing yet', [], []],
  ['one stretch after another', [segment(1, 2), segment(3, 4)], []],
  ['a row that is missing between two', [segment(1, 1), segment(3, 4)], ['answers:backed-up-once']],
  ['a row that is there twice', [segment(1, 2), segment(2, 4)], ['answers:backed-up-once']],
  ['no first row', [segment(2, 4)], ['answers:backed-up-once']],
  ['a stretch that is not in the store', [segment(1, 2, { text: null })], ['answers:backed-up-once']],
  ['a stretch that somebody else signed', [segment(1, 2, { signature: '' })], ['answers:backed-up-once']],
  ['fewer rows than it says', [segment(1, 3, {}, ROWS.slice(0, 2))], ['answers:backed-up-once']],
  ['a row that was altered before', [segment(1, 1, {}, [alteredRow])], ['answers:backed-up-once']],
] as const)('the backup: %s', (_, auditBackups, expected) => {
  const tables = { auditBackups, backupKey, auditHashes };
  expect(verdict(backups, explored([], {}, tables as never))).toEqual(expected);
});

test('the backup: a row that the trail has otherwise', () => {
  const tables = { auditBackups: [segment(1, 1)], backupKey, auditHashes: [{ seq: 1, hash: sha }] };
  expect(verdict(backups, explored([], {}, tables as never))).toEqual(['answers:backed-up-once']);
});
