/** What an identifier is called by. */
export interface IdentifierKey {
  readonly kind: 'MSISDN' | 'SHORT_CODE' | 'ALPHA';
  readonly value: string;
}

/**
 * One call of numbering-service, as data: what the history keeps of it, and how each protocol says it. The API is
 * described in `system/numbering/README.md`.
 */
export interface Call {
  /** The operation's name in the history. */
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>> & { readonly tenantId: string };
  /** A write whose answer is `UNAVAILABLE` may have been carried out; a read changes nothing. */
  readonly writes: boolean;
  readonly http: {
    readonly method: 'GET' | 'POST' | 'PUT';
    readonly path: string;
    readonly body?: object;
    /** A body that is no JSON, sent as it is. */
    readonly file?: { readonly text: string; readonly type: string };
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** Absent: the call has no gRPC method. */
  readonly grpc?: { readonly method: string; readonly message: object };
}

const BASE = '/v1/numbering';

/** ValidateLease: may the tenant send from the identifier now? */
export function validate(tenantId: string, key: IdentifierKey): Call {
  return {
    name: 'validate',
    input: { tenantId, ...key },
    writes: false,
    http: { method: 'POST', path: `${BASE}/leases/validate`, body: key },
    grpc: { method: 'ValidateLease', message: key },
  };
}

/** Reserve: hold an AVAILABLE identifier for `ttlMs`. */
export function reserve(tenantId: string, key: IdentifierKey, ttlMs: number): Call {
  const body = { ...key, ttlMs };
  return {
    name: 'reserve',
    input: { tenantId, ...body },
    writes: true,
    http: { method: 'POST', path: `${BASE}/reservations`, body },
    grpc: { method: 'Reserve', message: body },
  };
}

/** Ends a reservation before its time. */
export function releaseReservation(tenantId: string, reservationId: string): Call {
  return {
    name: 'release-reservation',
    input: { tenantId, reservationId },
    writes: true,
    http: { method: 'POST', path: `${BASE}/reservations/${reservationId}/release`, body: {} },
  };
}

/** Assign: lease an identifier that the tenant has reserved, an AVAILABLE one directly, or whichever the pool of a kind has. */
export function assign(
  tenantId: string,
  what: { readonly reservationId: string } | IdentifierKey | { readonly kind: 'MSISDN' | 'SHORT_CODE' },
): Call {
  return {
    name: 'assign',
    input: { tenantId, ...what },
    writes: true,
    http: { method: 'POST', path: `${BASE}/leases`, body: what },
    grpc: { method: 'Assign', message: what },
  };
}

/** Release: give a lease back. */
export function release(tenantId: string, leaseId: string): Call {
  return {
    name: 'release',
    input: { tenantId, leaseId },
    writes: true,
    http: { method: 'POST', path: `${BASE}/leases/${leaseId}/release`, body: {} },
    grpc: { method: 'Release', message: { leaseId } },
  };
}

/** Recall: an operator takes a lease away. */
export function recall(tenantId: string, leaseId: string): Call {
  const reason = 'ABUSE';
  return {
    name: 'recall',
    input: { tenantId, leaseId },
    writes: true,
    http: { method: 'POST', path: `${BASE}/leases/${leaseId}/recall`, body: { reason } },
    grpc: { method: 'Recall', message: { leaseId, reason } },
  };
}

/** Reinstate: an operator gives a recalled lease back to its holder. */
export function reinstate(tenantId: string, leaseId: string): Call {
  return {
    name: 'reinstate',
    input: { tenantId, leaseId },
    writes: true,
    http: { method: 'POST', path: `${BASE}/leases/${leaseId}/reinstate`, body: {} },
    grpc: { method: 'Reinstate', message: { leaseId } },
  };
}

/** One identifier as the tenant may see it. */
export function lookUp(tenantId: string, key: IdentifierKey): Call {
  return {
    name: 'look-up',
    input: { tenantId, ...key },
    writes: false,
    http: { method: 'GET', path: `${BASE}/identifiers/${key.kind}/${encodeURIComponent(key.value)}` },
  };
}

/** Browse: AVAILABLE identifiers of one kind, the first page. */
export function browse(tenantId: string, kind: IdentifierKey['kind']): Call {
  return {
    name: 'browse',
    input: { tenantId, kind },
    writes: false,
    http: { method: 'GET', path: `${BASE}/identifiers?kind=${kind}&state=AVAILABLE&limit=200` },
  };
}
