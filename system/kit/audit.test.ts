import { expect, test } from 'vitest';
import { AUDIT_ROOT, auditHash } from './audit.ts';

const entry = {
  actor: 't1',
  action: 'reserved',
  subject: 'MSISDN:+9370',
  version: 2,
  detail: { to: 'RESERVED', from: 'AVAILABLE' },
};
const at = '2026-01-01T00:00:00.000Z';

test('the hash depends on every member and on the row before', () => {
  const hash = auditHash(AUDIT_ROOT, 1, at, entry);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  const others = [
    auditHash(hash, 1, at, entry),
    auditHash(AUDIT_ROOT, 2, at, entry),
    auditHash(AUDIT_ROOT, 1, '2026-01-01T00:00:00.001Z', entry),
    auditHash(AUDIT_ROOT, 1, at, { ...entry, actor: 't2' }),
    auditHash(AUDIT_ROOT, 1, at, { ...entry, action: 'released' }),
    auditHash(AUDIT_ROOT, 1, at, { ...entry, subject: 'MSISDN:+9371' }),
    auditHash(AUDIT_ROOT, 1, at, { ...entry, version: 3 }),
    auditHash(AUDIT_ROOT, 1, at, { ...entry, detail: { ...entry.detail, to: 'ASSIGNED' } }),
  ];
  expect(new Set([hash, ...others]).size).toBe(9);
});

test('the order of detail members, which jsonb does not keep, does not matter', () => {
  expect(auditHash(AUDIT_ROOT, 1, at, { ...entry, detail: { from: 'AVAILABLE', to: 'RESERVED' } })).toBe(
    auditHash(AUDIT_ROOT, 1, at, entry),
  );
});
