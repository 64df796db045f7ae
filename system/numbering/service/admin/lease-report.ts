/** The report of leases for administrators: a little old when it is read from the replica, and it says how old. */
import { z } from 'zod';
import { problemSchema, type HttpApp } from '../../../kit/http.ts';
import { readLeaseReport } from '../../store/lease-report.ts';
import type { App } from '../app.ts';
import { administer } from './request.ts';

const view = z.object({
  asOf: z.string().describe('Every change that was committed before is in it'),
  source: z.enum(['replica', 'primary']),
  active: z.number().int(),
  released: z.number().int(),
  recalled: z.number().int(),
});

export function addLeaseReportRoutes(http: HttpApp, app: App): void {
  http.get(
    '/v1/admin/numbering/reports/leases',
    {
      schema: {
        summary: 'Leases by status',
        response: { 200: view, '4xx': problemSchema, '5xx': problemSchema },
      },
    },
    () =>
      administer(app, 'lease-report', async () => {
        const { pool, source } = app.regional.reports();
        const { asOf, ...counts } = await readLeaseReport(pool, source === 'replica');
        return { asOf: asOf.toISOString(), source, ...counts };
      }),
  );
}
