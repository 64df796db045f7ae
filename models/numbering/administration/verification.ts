import type { HttpAnswer, Running } from '../../../contract/index.ts';

/** The job that verifies the audit trail and backs it up. */
export const AUDIT_JOB = 'numbering-jobs-audit';

/** Asks the job for a run now; the answer comes when the run has ended. */
export function runVerification({ admin }: Running): Promise<HttpAnswer> {
  return admin.http(AUDIT_JOB, { method: 'POST', path: '/v1/jobs/audit-chain-verify:run' });
}
