import type { Call } from './call.ts';

const BASE = '/v1/admin/numbering';

/** A call of administrators, operators or officers. The API is described in `system/numbering/README.md`. */
function adminCall(actor: string, name: string, input: object, http: Call['http'], writes: boolean): Call {
  return {
    name,
    input: { tenantId: 'administration', ...input },
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
