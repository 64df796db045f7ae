/** What callers send, checked the same way on both protocols. */
import { z } from 'zod';
import { kindSchema, stateSchema } from '../domain/identifiers.ts';
import { RECALL_REASONS } from './use-cases/lease-changes.ts';

const version = z.number().int().min(1).optional().describe('The version the caller believes current');
const duration = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional();
const value = z.string().min(1).max(20);

export const tenantSchema = z
  .string()
  .regex(/^[\w.:-]{1,64}$/, 'must be 1 to 64 letters, digits or _.:-')
  .describe('The tenant, as the gateway has authenticated it');
export const idempotencyKeySchema = z.string().min(1).max(200).optional();

export const browseSchema = z.object({
  kind: kindSchema,
  state: stateSchema.optional(),
  after: z.string().max(20).optional(),
  limit: z.coerce.number().int().min(1).optional(),
});
export const identifierKeySchema = z.object({ kind: kindSchema, value });
export const reserveSchema = z.object({
  kind: kindSchema,
  value,
  version,
  ttlMs: duration.describe('Life of the reservation, milliseconds'),
});
export const assignSchema = z.union([
  z.object({ reservationId: z.uuid(), termMs: duration }),
  z.object({ kind: kindSchema, value, version, termMs: duration }),
  z.object({ kind: kindSchema.exclude(['ALPHA']), value: z.never().optional(), termMs: duration }),
]);
export const recallSchema = z.object({ reason: z.enum(RECALL_REASONS) });
export const idSchema = z.uuid();
