import type { Call } from './call.ts';

/** In whose name administrators, operators and officers call: they are no tenant. */
export const ADMINISTRATION = 'administration';

const BASE = '/v1/admin/numbering';

/** A call of administrators, operators or officers. The API is described in `system/numbering/README.md`. */
function adminCall(actor: string, name: string, input: object, http: Call['http'], writes: boolean): Call {
  return {
    name,
    input: { tenantId: ADMINISTRATION, ...input },
    writes,
    http: { ...http, path: `${BASE}${http.path}`, headers: { 'x-actor': actor, ...http.headers } },
  };
}

/** A new term of a contract, signed by its operator. Instants are ISO 8601. */
export interface Term {
  readonly version: number;
  readonly effectiveFrom: string;
  readonly effectiveUntil: string;
  readonly signature: string;
}

export function fileTerm(actor: string, contractId: string, term: Term): Call {
  const http = { method: 'PUT', path: `/contracts/${contractId}`, body: term } as const;
  return adminCall(actor, 'file-term', { contractId, ...term }, http, true);
}

/** Somebody has seen that a contract ends within so many days. */
export function acknowledgeExpiry(actor: string, contractId: string, stepDays: number): Call {
  const http = { method: 'POST', path: `/contracts/${contractId}/acknowledgements`, body: { stepDays } } as const;
  return adminCall(actor, 'acknowledge-expiry', { contractId, stepDays }, http, true);
}

/** A file of identifiers, as an operator sends it. */
export interface BlockFile {
  readonly text: string;
  /** Over the file's bytes, base64. */
  readonly signature: string;
  /** How many rows it has, the header left out. */
  readonly rows: number;
  /** What the values of its rows begin with, and those of no other file: by this they are found in the inventory. */
  readonly prefix: string;
}

export function uploadBlock(contractId: string, { text, signature, rows, prefix }: BlockFile): Call {
  const path = `/blocks/imports?contractId=${contractId}`;
  const http = {
    method: 'POST',
    path,
    file: { text, type: 'text/csv' },
    headers: { 'x-signature': signature },
  } as const;
  return adminCall(contractId, 'upload-block', { contractId, rows, prefix }, http, true);
}

export function importStatus(batchId: string): Call {
  const http = { method: 'GET', path: `/blocks/imports/${batchId}` } as const;
  return adminCall('operator', 'import-status', { batchId }, http, false);
}

/** Makes a planned regulator export by hand. */
export function generateExport(actor: string, month: string): Call {
  const http = { method: 'POST', path: '/regulator-exports:generate', body: { month } } as const;
  return adminCall(actor, 'generate-export', { month }, http, true);
}

/** What the last verification of the audit trail found, and the incident that is open about it. */
export function auditReport(actor: string): Call {
  return adminCall(actor, 'audit-report', {}, { method: 'GET', path: '/audit/report' }, false);
}

/** Puts a row of the audit trail back as the cold backup has it. */
export function restoreAuditRow(actor: string, seq: number): Call {
  const http = { method: 'POST', path: '/audit/restorations', body: { seq } } as const;
  return adminCall(actor, 'restore-audit-row', { seq }, http, true);
}

/** Trusts the audit trail again, with the sign-offs of officers. */
export function reAnchor(
  actor: string,
  incidentId: string,
  signOffs: readonly { readonly role: string; readonly signature: string }[],
): Call {
  const http = { method: 'POST', path: '/audit/anchors', body: { incidentId, signOffs } } as const;
  return adminCall(actor, 're-anchor', { incidentId, roles: signOffs.map(({ role }) => role) }, http, true);
}
