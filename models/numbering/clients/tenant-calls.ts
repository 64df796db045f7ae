/** What tenants call beside numbering-service itself: `system/numbering/customer-portal/README.md`, `sms-orchestrator/README.md`. */
import type { assign, Call, IdentifierKey } from './call.ts';

/** The components that answer these calls: `CallOptions.service`. */
export const PORTAL = 'customer-portal';
export const ORCHESTRATOR = 'sms-orchestrator';

const TO = '+93799999999';

/** A message from a leased identifier. `messageId` names it in the orchestrator's stream. */
export function send(tenantId: string, from: IdentifierKey, messageId: string): Call {
  return message(tenantId, from, messageId, '/v1/messages');
}

/** The same through the portal. */
export function portalSend(tenantId: string, from: IdentifierKey, messageId: string): Call {
  return message(tenantId, from, messageId, '/v1/portal/messages');
}

function message(tenantId: string, { kind, value }: IdentifierKey, messageId: string, path: string): Call {
  const from = { kind, value };
  return {
    name: 'send',
    input: { tenantId, kind, value, messageId },
    writes: true,
    http: { method: 'POST', path, body: { messageId, from, to: TO, text: 'hello' } },
  };
}

/** The pool as the portal shows it. */
export function portalPool(tenantId: string, kind: IdentifierKey['kind']): Call {
  return {
    name: 'browse',
    input: { tenantId, kind },
    writes: false,
    http: { method: 'GET', path: `/v1/portal/pool?kind=${kind}` },
  };
}

/** Reserve through the portal: it answers as numbering-service does, and on a conflict shows a fresh pool. */
export function portalReserve(tenantId: string, key: IdentifierKey, ttlMs: number): Call {
  const body = { ...key, ttlMs };
  return {
    name: 'reserve',
    input: { tenantId, ...body },
    writes: true,
    http: { method: 'POST', path: '/v1/portal/reservations', body },
  };
}

/** Assign through the portal. */
export function portalAssign(tenantId: string, what: Parameters<typeof assign>[1]): Call {
  return {
    name: 'assign',
    input: { tenantId, ...what },
    writes: true,
    http: { method: 'POST', path: '/v1/portal/leases', body: what },
  };
}

/** What became of a message, by the orchestrator. */
export function state(tenantId: string, messageId: string): Call {
  return {
    name: 'message-state',
    input: { tenantId, messageId },
    writes: false,
    http: { method: 'GET', path: `/v1/messages/${messageId}` },
  };
}
