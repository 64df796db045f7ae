/** What the API shows, as zod schemas and types. Times are ISO 8601. */
import { z } from 'zod';
import { kindSchema, stateSchema, type Identifier } from '../domain/identifiers.ts';

export const identifierView = z.object({
  kind: kindSchema,
  value: z.string(),
  state: stateSchema,
  version: z.number().int(),
  tenantId: z.string().optional().describe("The holder, if it is the caller's own tenant"),
  quarantineUntil: z.string().optional(),
});
export type IdentifierView = z.infer<typeof identifierView>;

export const reservationView = z.object({
  reservationId: z.string(),
  kind: kindSchema,
  value: z.string(),
  tenantId: z.string(),
  state: z.literal('RESERVED'),
  version: z.number().int(),
  expiresAt: z.string(),
});
export type ReservationView = z.infer<typeof reservationView>;

export const leaseView = z.object({
  leaseId: z.string(),
  kind: kindSchema,
  value: z.string(),
  tenantId: z.string(),
  status: z.enum(['ACTIVE', 'RELEASED', 'RECALLED']),
  state: stateSchema,
  version: z.number().int(),
  validUntil: z.string(),
  quarantineUntil: z.string().optional(),
});
export type LeaseView = z.infer<typeof leaseView>;

export const invalidReason = z.enum(['UNKNOWN_IDENTIFIER', 'NOT_LEASED', 'OTHER_TENANT', 'LEASE_EXPIRED']);

export const validationView = z.object({
  valid: z.boolean(),
  reason: invalidReason.optional(),
  kind: kindSchema,
  value: z.string(),
  tenantId: z.string().optional(),
  leaseId: z.string().optional(),
  validUntil: z.string().optional(),
  version: z.number().int().optional(),
  source: z.enum(['cache', 'database']),
  readAgeMs: z.number().int().describe('Age of the database read that the answer rests on'),
});
export type ValidationView = z.infer<typeof validationView>;

/** An identifier as the tenant `viewer` may see it. */
export function showIdentifier(identifier: Identifier, viewer: string): IdentifierView {
  return {
    kind: identifier.kind,
    value: identifier.value,
    state: identifier.state,
    version: identifier.version,
    ...(identifier.tenantId === viewer ? { tenantId: viewer } : {}),
    ...(identifier.quarantineUntil === undefined ? {} : { quarantineUntil: identifier.quarantineUntil.toISOString() }),
  };
}
