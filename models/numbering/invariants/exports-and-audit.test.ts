import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../contract/index.ts';
import { signedBy } from '../administration/signing.ts';
import { invariant as guarded } from './audit-chain-guarded.ts';
import { invariant as oneExport } from './one-export-per-month.ts';
import { evidence, said, wall } from './testing.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const exportKey = [{ publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') }];
const file = 'kind,value\nMSISDN,+93700000001\n';
const claims = { month: '2025-12', sha256: createHash('sha256').update(file).digest('hex'), rows: 1 };
const signature = sign(null, Buffer.from(JSON.stringify(claims)), privateKey).toString('base64');
const objects = [
  { key: '2025-12.csv', text: file },
  { key: '2025-12.sig.json', text: JSON.stringify({ ...claims, signature }) },
];
const done = { month: '2025-12', status: 'DONE', sha256: claims.sha256, rows: 1, done_at: wall(50_000) };
const pending = { ...done, month: '2026-01', status: 'PENDING', sha256: null, rows: null, done_at: null };
const told = { subject: 'EXPORT:2025-12', version: 1, type: 'numbering.regulator-export.exported.v1' };

function state(tables: Readonly<Record<string, readonly object[]>>): Evidence {
  const base = evidence([]);
  const finalState = {
    ...base.finalState,
    outbox: [told],
    exports: [done],
    exportObjects: objects,
    exportKey,
    ...tables,
  };
  return { ...base, finalState };
}

describe('one-export-per-month', () => {
  test('accepts one signed file of a month that is done, and none of one that is not', () => {
    expect(oneExport.check(state({ exports: [done, pending] }))).toEqual({ examined: 2, violations: [] });
  });

  const halted = {
    exports: [{ ...done, status: 'PENDING' }],
    outbox: [],
    incidents: [{ id: 'i1', kind: 'SECURITY', subject: 'AUDIT-CHAIN', opened_at: wall(20_000), closed_at: null }],
  };
  test('accepts the whole signed file of an attempt that did not come to its record before exports were halted', () => {
    expect(oneExport.check(state(halted)).violations).toEqual([]);
  });

  test.each([
    ['no file', { exportObjects: objects.slice(1) }, 'its file is not in the store'],
    ['no signature', { exportObjects: objects.slice(0, 1) }, 'its signature is not in the store'],
    [
      'another file',
      { exportObjects: [{ key: '2025-12.csv', text: `${file}x` }, objects[1] as object] },
      'not the one that was signed',
    ],
    [
      'a signature by somebody else',
      {
        exportObjects: [
          objects[0] as object,
          { key: '2025-12.sig.json', text: JSON.stringify({ ...claims, signature: '' }) },
        ],
      },
      'does not fit',
    ],
    [
      'the file of a month that is not done',
      { exports: [{ ...done, status: 'PENDING' }], outbox: [] },
      'is in the store',
    ],
    ['a second export', { outbox: [told, told] }, '2 events tell of it'],
    [
      'an unsigned file of a month that is halted',
      { ...halted, exportObjects: objects.slice(0, 1) },
      'is in the store',
    ],
    ['a file of no planned month', { exportObjects: [...objects, { key: 'copy.csv', text: '' }] }, 'no planned export'],
  ])('rejects %s', (_, tables, what) => {
    expect(said(oneExport.check(state(tables)))).toEqual([expect.stringContaining(what)]);
  });

  test('examines nothing without a plan, and finds a planted violation', () => {
    expect(oneExport.check(evidence([])).examined).toBe(0);
    expect(oneExport.check(oneExport.plant(state({}))).violations.length).toBe(1);
  });
});

const incident = {
  id: 'i1',
  kind: 'SECURITY',
  subject: 'AUDIT-CHAIN',
  opened_at: wall(20_000),
  closed_at: wall(40_000),
};
const text = JSON.stringify({ action: 're-anchor', incidentId: 'i1' });
const signOffs = ['SECURITY', 'LEGAL', 'COMPLIANCE'].map((role) => ({ role, signature: signedBy(role, text) }));
const anchor = { id: 'a1', incident_id: 'i1', at: wall(40_000), sign_offs: signOffs };
const auditVerifications = [
  { at: wall(0), intact: true, first_bad_seq: null },
  { at: wall(20_000), intact: false, first_bad_seq: 7 },
  { at: wall(30_000), intact: true, first_bad_seq: null },
];
const mended = { auditVerifications, incidents: [incident], anchors: [anchor] };

describe('audit-chain-guarded', () => {
  test('accepts an export after a re-anchoring with three sign-offs', () => {
    expect(guarded.check(state(mended))).toEqual({ examined: 4, violations: [] });
  });

  test.each([
    ['two sign-offs', { anchors: [{ ...anchor, sign_offs: signOffs.slice(1) }] }, 'without sign-off by SECURITY'],
    [
      'a sign-off that somebody else signed',
      {
        anchors: [
          { ...anchor, sign_offs: [...signOffs.slice(1), { role: 'SECURITY', signature: signedBy('LEGAL', text) }] },
        ],
      },
      'without sign-off by SECURITY',
    ],
    [
      'an export while the incident is open',
      { exports: [{ ...done, done_at: wall(35_000) }] },
      'while the audit chain was broken',
    ],
    ['an incident that was just closed', { anchors: [] }, 'closed without a re-anchoring'],
  ])('rejects %s', (_, tables, what) => {
    expect(said(guarded.check(state({ ...mended, ...tables })))).toEqual([expect.stringContaining(what)]);
  });

  const run = { job: 'audit-chain-verify', started_at: wall(19_000), ended_at: wall(22_000), detail: {}, nth: 3 };
  const left = (runs: number, at: number): object => ({ ...done, runs_before: runs, done_at: wall(at) });
  const audit = (exportedAs: number): readonly object[] => [
    { seq: 8, at: wall(40_010), action: 're-anchored', subject: 'INCIDENT:i1' },
    { seq: exportedAs, at: wall(40_020), action: 'exported', subject: 'EXPORT:2025-12' },
  ];
  test.each([
    ['that began before the incident was there', { jobRuns: [run], exports: [left(2, 25_000)] }, 0],
    ['that began when it was', { jobRuns: [run], exports: [left(3, 25_000)] }, 1],
    ['that began when nobody can tell', { jobRuns: [], exports: [left(3, 25_000)] }, 0],
    ['that ended after the re-anchoring', { audit: audit(9), exports: [left(3, 39_000)] }, 0],
    ['that ended before it', { audit: audit(7), exports: [left(3, 39_000)] }, 1],
  ])('of an export %s', (_, tables, violations) => {
    expect(guarded.check(state({ ...mended, ...tables })).violations.length).toBe(violations);
  });

  test('examines nothing without verifications, and finds a planted violation', () => {
    expect(guarded.check(evidence([])).examined).toBe(0);
    expect(guarded.check(guarded.plant(state(mended))).violations.length).toBe(1);
  });
});
