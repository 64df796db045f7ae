/** The capacity report of commerce operations. */
import { z } from 'zod';
import { problemSchema, type HttpApp } from '../../../kit/http.ts';
import { kindSchema } from '../../domain/identifiers.ts';
import { problem } from '../../domain/problems.ts';
import { readCapacityReport } from '../../store/capacity.ts';
import type { App } from '../app.ts';
import { administer } from './request.ts';

const poolView = z.object({
  kind: kindSchema,
  total: z.number().int(),
  available: z.number().int(),
  availableRatio: z.number(),
  leasedInWindow: z.number().int(),
  windowDays: z.number().int(),
  exhaustedAt: z.string().optional().describe('When the pool is used up if it goes on like that'),
});

export function addCapacityRoutes(http: HttpApp, app: App): void {
  http.get(
    '/v1/admin/numbering/reports/capacity',
    {
      schema: {
        summary: 'The latest capacity report',
        response: {
          200: z.object({ at: z.string(), pools: z.array(poolView) }),
          '4xx': problemSchema,
          '5xx': problemSchema,
        },
      },
    },
    () =>
      administer(app, 'capacity-report', async () => {
        const report = await readCapacityReport(app.pool);
        if (report === undefined) throw problem('NOT_FOUND', 'No capacity report has been made yet.');
        const pools = report.pools.map(({ exhaustedAt, ...pool }) => ({
          ...pool,
          availableRatio: pool.total === 0 ? 0 : pool.available / pool.total,
          ...(exhaustedAt === undefined ? {} : { exhaustedAt: exhaustedAt.toISOString() }),
        }));
        return { at: report.at.toISOString(), pools };
      }),
  );
}
