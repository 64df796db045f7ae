/** Events as they travel over NATS. */
import { z } from 'zod';
import { stateSchema } from './identifiers.ts';

/** A change of an identifier, as outbox-relay publishes it on the subject that is its type. */
export const identifierEventSchema = z.object({
  /** Id of the outbox row; the same in every delivery. */
  id: z.uuid(),
  /** `MSISDN:+93700000001`. */
  aggregate: z.string(),
  version: z.number().int(),
  /** `numbering.identifier.assigned.v1`. */
  type: z.string(),
  at: z.iso.datetime(),
  payload: z.looseObject({
    to: stateSchema,
    tenantId: z.string().optional(),
    leaseId: z.uuid().optional(),
    at: z.iso.datetime(),
  }),
});
export type IdentifierEvent = z.infer<typeof identifierEventSchema>;

/** Subject of the events of identifiers. */
export const IDENTIFIER_EVENTS = 'numbering.identifier.>';

/** A tenant was suspended: its leases are to be recalled. On `compliance.tenant.suspended.v1`. */
export const suspendedSchema = z.object({
  eventId: z.uuid(),
  tenantId: z.string(),
  reason: z.literal('ABUSE'),
  at: z.iso.datetime(),
});
export type Suspended = z.infer<typeof suspendedSchema>;

export const SUSPENDED_EVENT = 'compliance.tenant.suspended.v1';

/** What fraud-intel thinks of a tenant. On `fraud.score.v1`. */
export const scoreSchema = z.object({
  eventId: z.uuid(),
  tenantId: z.string(),
  /** From 0 to 100. */
  score: z.number().min(0).max(100),
  /** What raised it: `RESERVATION_BURST`. */
  signal: z.string(),
});

export const SCORE_EVENT = 'fraud.score.v1';
