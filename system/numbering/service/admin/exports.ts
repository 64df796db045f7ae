/** Regulator exports: the plan, and making one by hand. */
import { z } from 'zod';
import { problemSchema, type HttpApp } from '../../../kit/http.ts';
import { KmsAway } from '../../../kit/kms.ts';
import { ObjectStoreAway } from '../../../kit/object-store.ts';
import { generateExport } from '../../exports/generate.ts';
import { unavailable } from '../../domain/problems.ts';
import { readExports, type ExportRow } from '../../store/exports.ts';
import { readOpenIncident } from '../../store/incidents.ts';
import type { App } from '../app.ts';
import { actorHeaders, actorOf, administer } from './request.ts';

const exportView = z.object({
  month: z.string(),
  region: z.string(),
  plannedAt: z.string(),
  status: z.enum(['PENDING', 'DONE']),
  attempts: z.number().int(),
  error: z.string().optional().describe('Of the last attempt, while PENDING'),
  blocked: z.string().optional().describe('Why no export leaves now, while PENDING'),
  sha256: z.string().optional(),
  rows: z.number().int().optional(),
  doneAt: z.string().optional(),
});

export function addExportRoutes(http: HttpApp, app: App): void {
  const base = '/v1/admin/numbering';
  const errors = { '4xx': problemSchema, '5xx': problemSchema };
  http.get(
    `${base}/regulator-exports`,
    {
      schema: {
        summary: 'The planned regulator exports and what became of them',
        response: { 200: z.object({ items: z.array(exportView) }), ...errors },
      },
    },
    () =>
      administer(app, 'exports', async () => {
        const incident = await readOpenIncident(app.pool, 'SECURITY', 'AUDIT-CHAIN');
        const items = (await readExports(app.pool)).map((row) => view(row, incident?.detail));
        return { items };
      }),
  );
  http.post(
    `${base}/regulator-exports::generate`,
    {
      schema: {
        summary: 'Make a planned export now; one that is done is given as it is',
        headers: actorHeaders,
        body: z.object({ month: z.string().regex(/^\d{4}-\d{2}$/, 'must be a month like 2026-01') }),
        response: {
          200: z.object({
            month: z.string(),
            status: z.literal('DONE'),
            sha256: z.string(),
            rows: z.number().int(),
          }),
          ...errors,
        },
      },
    },
    (request) =>
      administer(app, 'generate-export', async () => {
        try {
          const made = await generateExport(app.exports, request.body.month, actorOf(request));
          return { ...made, status: 'DONE' as const };
        } catch (error) {
          if (error instanceof ObjectStoreAway || error instanceof KmsAway)
            throw unavailable(`The export was not made: ${error.message}.`, error);
          throw error;
        }
      }),
  );
}

function view(row: ExportRow, halted: string | undefined): z.infer<typeof exportView> {
  const pending = row.status === 'PENDING';
  return {
    month: row.month,
    region: row.region,
    plannedAt: row.plannedAt.toISOString(),
    status: row.status,
    attempts: row.attempts,
    ...(row.error === undefined ? {} : { error: row.error }),
    ...(pending && halted !== undefined ? { blocked: halted } : {}),
    ...(row.sha256 === undefined ? {} : { sha256: row.sha256 }),
    ...(row.rows === undefined ? {} : { rows: row.rows }),
    ...(row.doneAt === undefined ? {} : { doneAt: row.doneAt.toISOString() }),
  };
}
