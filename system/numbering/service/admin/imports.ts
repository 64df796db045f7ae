/** Block imports: an operator's signed file is kept in the object store and waits for the import worker. */
import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { problemSchema, type HttpApp } from '../../../kit/http.ts';
import { ObjectStoreAway } from '../../../kit/object-store.ts';
import type { Safeguard } from '../../../kit/safeguards.ts';
import { signatureFits } from '../../../kit/signatures.ts';
import { problem, unavailable } from '../../domain/problems.ts';
import { insertBatch, readBatch, readRowErrors, type Batch } from '../../store/imports.ts';
import type { App } from '../app.ts';
import { idSchema } from '../requests.ts';
import { administer } from './request.ts';

export const IMPORT_SIGNATURE_CHECK: Safeguard = {
  name: 'import-signature-check',
  protects: "a file is imported only with its operator's signature",
};

/** 1000 rows are about 20 kB. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;

const batchView = z.object({
  batchId: z.string(),
  contractId: z.string(),
  status: z.enum(['PENDING', 'DONE', 'FAILED']),
  rows: z.number().int().optional(),
  error: z.string().optional(),
  createdAt: z.string(),
  endedAt: z.string().optional(),
});

const rowErrorView = z.object({ row: z.number().int(), value: z.string(), code: z.string(), detail: z.string() });
const batchParams = z.object({ batchId: idSchema });

export function addImportRoutes(http: HttpApp, app: App): void {
  const base = '/v1/admin/numbering/blocks/imports';
  const errors = { '4xx': problemSchema, '5xx': problemSchema };
  http.addContentTypeParser('text/csv', { parseAs: 'buffer', bodyLimit: FILE_BYTES_MAX }, (_request, body, done) =>
    done(null, body),
  );
  http.post(
    base,
    {
      schema: {
        summary: "Upload an operator's signed file of identifiers (text/csv with the header kind,value)",
        querystring: z.object({ contractId: z.string().min(1).max(64) }),
        headers: z.looseObject({
          'x-signature': z.string().min(1).max(200).describe("Ed25519 over the file's bytes, base64"),
        }),
        body: z.instanceof(Buffer).meta({ type: 'string', format: 'binary' }),
        response: { 202: batchView, ...errors },
      },
    },
    (request, reply) =>
      administer(app, 'upload-block', async () => {
        const { contractId } = request.query;
        const batch = await upload(app, contractId, request.body, request.headers['x-signature']);
        reply.code(202);
        return batchOf(batch);
      }),
  );
  http.get(
    `${base}/:batchId`,
    { schema: { summary: 'What became of a file', params: batchParams, response: { 200: batchView, ...errors } } },
    (request) => administer(app, 'import-status', async () => batchOf(await existing(app, request.params.batchId))),
  );
  http.get(
    `${base}/:batchId/errors`,
    {
      schema: {
        summary: 'What is wrong with which row of a file',
        params: batchParams,
        response: { 200: z.object({ items: z.array(rowErrorView) }), ...errors },
      },
    },
    (request) =>
      administer(app, 'import-errors', async () => {
        const { id } = await existing(app, request.params.batchId);
        return { items: await readRowErrors(app.pool, id) };
      }),
  );
}

async function existing(app: App, id: string): Promise<Batch> {
  const batch = await readBatch(app.pool, id);
  if (batch === undefined) throw problem('NOT_FOUND', 'There is no such import.');
  return batch;
}

async function upload(app: App, contractId: string, file: Buffer, signature: string): Promise<Batch> {
  const found = await app.pool.query<{ public_key: string }>(
    `SELECT o.public_key FROM numbering.contracts c JOIN numbering.operators o ON o.id = c.operator_id WHERE c.id = $1`,
    [contractId],
  );
  const key = found.rows[0]?.public_key;
  if (key === undefined) throw problem('NOT_FOUND', 'There is no such contract.');
  const id = randomUUID();
  const objectKey = `imports/${id}.csv`;
  const sha256 = createHash('sha256').update(file).digest('hex');
  const batch = { id, contractId, sha256, rows: undefined, createdAt: new Date(), endedAt: undefined };
  if (app.safeguards.on(IMPORT_SIGNATURE_CHECK) && !signatureFits(key, file, signature)) {
    const error = 'The signature is not that of the operator over this file.';
    await insertBatch(app.pool, { ...batch, status: 'FAILED', objectKey: undefined, error }, signature);
    app.metrics.importRejected();
    throw problem('SIGNATURE_INVALID', error, { members: { batchId: id } });
  }
  try {
    await app.objects.put(app.config.OBJECT_STORE_BUCKET, objectKey, file, 'text/csv');
  } catch (error) {
    if (error instanceof ObjectStoreAway) throw unavailable('The file cannot be kept now. Try again shortly.', error);
    throw error;
  }
  const pending: Batch = { ...batch, status: 'PENDING', objectKey, error: undefined };
  await insertBatch(app.pool, pending, signature);
  return pending;
}

function batchOf(batch: Batch): z.infer<typeof batchView> {
  return {
    batchId: batch.id,
    contractId: batch.contractId,
    status: batch.status,
    createdAt: batch.createdAt.toISOString(),
    ...(batch.rows === undefined ? {} : { rows: batch.rows }),
    ...(batch.error === undefined ? {} : { error: batch.error }),
    ...(batch.endedAt === undefined ? {} : { endedAt: batch.endedAt.toISOString() }),
  };
}
