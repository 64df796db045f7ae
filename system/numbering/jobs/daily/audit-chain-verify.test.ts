import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { AUDIT_ROOT, auditHash } from '../../../kit/audit.ts';
import { createLogger } from '../../../kit/logging.ts';
import { Safeguards } from '../../../kit/safeguards.ts';
import { DAILY_AUDIT_VERIFY, createAuditChainVerify } from './audit-chain-verify.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A store that takes everything, and a service that signs everything. */
async function outside(): Promise<{ readonly url: string; readonly put: string[] }> {
  const put: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method === 'PUT') put.push(Buffer.concat(chunks).toString());
    response.setHeader('content-type', 'application/json');
    response.end(request.method === 'PUT' ? '' : '{"signature":"signed"}');
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, put };
}

const at = new Date('2026-01-05T08:00:00.000Z');
const ENTRY = { actor: 'officer', action: 'renewed', subject: 'CONTRACT:a', version: 1, detail: {} };
const HASH = auditHash(AUDIT_ROOT, 1, at.toISOString(), ENTRY);

/** A trail of one row, which somebody alters as soon as its verification is on record. */
function alteredOnceVerified() {
  const row = { ...ENTRY, seq: '1', at, version: '1', prev_hash: AUDIT_ROOT, hash: HASH };
  const query = async (text: string): Promise<{ rows: object[] }> => {
    if (text.includes('INSERT INTO numbering.audit_verifications')) row.actor = 'tenant-forged';
    if (text.includes('coalesce(max(to_seq)')) return { rows: [{ seq: '0' }] };
    if (text.includes('FROM numbering.audit_head')) return { rows: [{ seq: '1', hash: HASH }] };
    return { rows: text.includes('FROM numbering.audit\n') ? [{ ...row }] : [] };
  };
  return { query, connect: async () => ({ query, on: () => {}, off: () => {}, release: () => {} }) };
}

test('what is backed up is what was verified, whatever became of it since', async () => {
  const { url, put } = await outside();
  const job = createAuditChainVerify({
    config: {
      OBJECT_STORE_URL: url,
      OBJECT_STORE_BUCKET: 'private',
      OBJECT_STORE_ACCESS_KEY: 'a',
      OBJECT_STORE_SECRET_KEY: 'b',
      OBJECT_STORE_ATTEMPTS: 1,
      OBJECT_STORE_TIMEOUT_MS: 5000,
      KMS_URL: url,
      KMS_TIMEOUT_MS: 5000,
      DAY_MS: 1000,
      JOB_TICK_MS: 1000,
      LIVENESS_FACTOR: 3,
    },
    log: createLogger('test', 'silent'),
    registry: new Registry(),
    safeguards: new Safeguards([DAILY_AUDIT_VERIFY], []),
    pool: alteredOnceVerified(),
  } as unknown as Parameters<typeof createAuditChainVerify>[0]);
  expect(await job.runNow()).toMatchObject({ rows: 1, broken: 0, backedUp: 1 });
  expect(put).toHaveLength(1);
  expect(put[0]).toContain('"actor":"officer"');
});
