/** The API of administrators, operators and the regulator's officer: `/v1/admin/numbering`. */
import type { HttpApp } from '../../../kit/http.ts';
import type { App } from '../app.ts';
import { addCapacityRoutes } from './capacity.ts';
import { addAuditRoutes } from './audit.ts';
import { addContractRoutes } from './contracts.ts';
import { addExportRoutes } from './exports.ts';
import { addImportRoutes } from './imports.ts';
import { addLeaseReportRoutes } from './lease-report.ts';

export function addAdminRoutes(http: HttpApp, app: App): void {
  addAuditRoutes(http, app);
  addCapacityRoutes(http, app);
  addContractRoutes(http, app);
  addExportRoutes(http, app);
  addImportRoutes(http, app);
  addLeaseReportRoutes(http, app);
}
